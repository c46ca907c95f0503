#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "jetmeter/core.h"
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

}  // namespace
}  // namespace jetmeter
