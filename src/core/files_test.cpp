#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "jetmeter/core.h"
#include "support/no_file.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

TEST(Host, PutsAbsolutePathsUnderItsRoot) {
  EXPECT_EQ(Host{"/tmp/board"}.path("/proc/meminfo"), "/tmp/board/proc/meminfo");
  EXPECT_EQ(Host{}.path("/proc/meminfo"), "/proc/meminfo");
}

TEST(ReadText, TellsAbsentFromEmpty) {
  const auto file =
      std::filesystem::path(testing::TempDir()) / ("jm_files_test_" + std::to_string(getpid()));
  std::ofstream(file).close();
  EXPECT_EQ(read_text(file), "");
  EXPECT_EQ(read_number(file), std::nullopt);
  std::ofstream(file) << " 42.5 kB\n";
  EXPECT_EQ(read_number(file), 42.5);
  std::filesystem::remove(file);
  EXPECT_EQ(read_text(file), std::nullopt);
  EXPECT_EQ(read_text(testing::TempDir()), std::nullopt);
}

TEST(ReadText, NeitherWaitsForNorSwallowsWhatIsNoFile) {
  const TempDir folder;
  const auto file = folder.write("file", "42");
  for (const auto put : {put_fifo, put_endless, put_enormous, put_folder}) {
    put(file);
    EXPECT_EQ(read_text(file), std::nullopt);
    EXPECT_EQ(read_number(file), std::nullopt);
    std::filesystem::remove(file);
  }
  EXPECT_EQ(read_text("/dev/null"), std::nullopt);
}

TEST(ReadText, HasAMostAndNeverAPart) {
  const TempDir folder;
  const std::string most(kLargestText, 'x');
  EXPECT_EQ(read_text(folder.write("most", most)), most);
  EXPECT_EQ(read_text(folder.write("more", most + "x")), std::nullopt);
}

// Their size is 0, whatever they hold.
TEST(ReadText, ReadsTheKernelsFiles) {
  EXPECT_NE(read_text("/proc/self/status").value_or("").find("Threads:"), std::string::npos);
  EXPECT_GT(read_text("/proc/self/maps").value_or("").size(), 500U);
}

TEST(ReadDocument, MayBeLargeOrAPipe) {
  const TempDir folder;
  const std::string large(kLargestText + 1000, 'x');
  const auto file = folder.write("large", large);
  EXPECT_EQ(read_document(file), large);
  put_fifo(file);
  std::jthread writer([&] { std::ofstream(file, std::ios::binary) << large; });
  EXPECT_EQ(read_document(file), large);
  EXPECT_EQ(read_document("/dev/null"), "");
}

TEST(ReadDocument, IsNoFolderAndNotEnormous) {
  const TempDir folder;
  const auto file = folder.write("file", "42");
  EXPECT_EQ(read_document(file), "42");
  put_enormous(file);
  EXPECT_EQ(read_document(file), std::nullopt);
  EXPECT_EQ(read_document(folder.path()), std::nullopt);
  EXPECT_EQ(read_document(folder.path() / "none"), std::nullopt);
}

TEST(Replaceable, IsAFileOrNothingAndWhatALinkPointsTo) {
  const TempDir folder;
  const auto file = folder.write("file", "x"), link = folder.path() / "link";
  std::filesystem::create_symlink(file, link);
  EXPECT_EQ(replaceable(file), file);
  EXPECT_EQ(replaceable(folder.path() / "new"), folder.path() / "new");
  EXPECT_EQ(replaceable(link), std::filesystem::canonical(file));
  EXPECT_FALSE(replaceable("/dev/null"));
  EXPECT_FALSE(replaceable(folder.path()));
}

TEST(WeightsBeside, LieInTheModelsFolder) {
  const TempDir folder;
  const auto home = folder.path() / "model";
  std::filesystem::create_directories(home / "parts");
  const auto data = folder.write("model/parts/w.data", "x");
  std::filesystem::create_symlink("parts/w.data", home / "near");
  std::filesystem::create_symlink(folder.write("far", "x"), home / "link");
  EXPECT_EQ(weights_beside(home, "parts/w.data"), std::filesystem::canonical(data));
  EXPECT_TRUE(weights_beside(home, "near"));
  const auto words = [&](const std::string& location) {
    const auto file = weights_beside(home, location);
    return file ? "accepted" : file.error().what;
  };
  for (const std::string outside : {"../far", "parts/../../far", "/etc/passwd"})
    EXPECT_NE(words(outside).find("outside of the model's folder"), std::string::npos) << outside;
  EXPECT_NE(words(std::string("near\0", 5)).find("outside"), std::string::npos);
  EXPECT_NE(words("link").find("a link out of the model's folder"), std::string::npos);
  EXPECT_NE(words("absent").find("is not there: put that file beside it"), std::string::npos);
}

}  // namespace
}  // namespace jetmeter
