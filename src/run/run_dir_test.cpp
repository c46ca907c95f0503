#include "run/run_dir.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>

namespace jetmeter {
namespace {

class RunDirTest : public testing::Test {
 protected:
  RunDirTest()
      : path_(std::filesystem::path(testing::TempDir()) /
              ("jm_run_dir_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(path_);
  }
  ~RunDirTest() override { std::filesystem::remove_all(path_); }

  std::filesystem::path path_;
};

TEST_F(RunDirTest, EveryLineIsInTheFileAsSoonAsItIsWritten) {
  auto dir = RunDir::create(path_).value();
  dir.append(Stream::frames, R"({"index":0})");
  dir.append(Stream::frames, R"({"index":1})");
  EXPECT_EQ(read_text(path_ / "frames.jsonl"), "{\"index\":0}\n{\"index\":1}\n");
}

TEST_F(RunDirTest, WholeFilesLeaveNoDraftBehind) {
  auto dir = RunDir::create(path_).value();
  dir.write("report.md", "# report\n");
  EXPECT_EQ(read_text(path_ / "report.md"), "# report\n");
  EXPECT_FALSE(std::filesystem::exists(path_ / "report.md.part"));
  EXPECT_TRUE(dir.failures().empty());
}

TEST_F(RunDirTest, AFileInAFolderThatCannotBeMadeNamesTheFoldersCause) {
  auto dir = RunDir::create(path_).value();
  dir.write("overlays", "a file");
  const auto written = dir.write("overlays/a.jpg", "x");
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().what.find("Not a directory"), std::string::npos);
  EXPECT_EQ(dir.failures().size(), 1U);
}

TEST_F(RunDirTest, RefusesAPlaceThatHoldsSomething) {
  std::filesystem::create_directories(path_);
  std::ofstream(path_ / "thesis.txt") << "do not overwrite";
  const auto dir = RunDir::create(path_);
  ASSERT_FALSE(dir);
  EXPECT_NE(dir.error().what.find("it is not empty"), std::string::npos);
  EXPECT_FALSE(RunDir::create(path_ / "thesis.txt"));
}

TEST_F(RunDirTest, LeavesNoReserveBehind) {
  { auto dir = RunDir::create(path_).value(); }
  EXPECT_FALSE(std::filesystem::exists(path_ / ".reserve"));
}

TEST(WhyNoReserve, SaysHowMuchThereIsAndHowMuchIsNeeded) {
  const auto full = why_no_reserve(ENOSPC, 200 * 1024);
  ASSERT_TRUE(full);
  EXPECT_EQ(*full, "the disk has " + format_bytes(200 * 1024) +
                       " left, and the reports need up to " + format_bytes(256 * 1024));
  EXPECT_NE(why_no_reserve(EDQUOT, 0)->find("quota"), std::string::npos);
  for (const int other : {0, EOPNOTSUPP, EINVAL, EFBIG}) EXPECT_FALSE(why_no_reserve(other, 0));
}

// A full disk, as far as one can have it without mounting one: no file may pass 300 kB.
TEST_F(RunDirTest, AStreamThatDoesNotFitIsReportedOnceAndTheReportsStillWritten) {
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{300 * 1024, 300 * 1024};
    setrlimit(RLIMIT_FSIZE, &limit);
    auto dir = RunDir::create(path_).value();
    const std::string line(1023, 'x');
    for (int i = 0; i < 1000; ++i) dir.append(Stream::frames, line);
    dir.write("report.json", "{}\n");
    const bool once = dir.failures().size() == 1 &&
                      dir.failures()[0].what.find("frames.jsonl") != std::string::npos;
    _exit(once ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(std::filesystem::file_size(path_ / "frames.jsonl"), 300U * 1024);
  EXPECT_EQ(read_text(path_ / "report.json"), "{}\n");
}

}  // namespace
}  // namespace jetmeter
