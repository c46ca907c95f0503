#include "run/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "support/board_copy.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

// Runs a shell as the child; what it writes to its slots' descriptors comes back here.
struct ShellChild {
  Descriptor log{open("/dev/null", O_WRONLY | O_CLOEXEC)};
  Child child;

  ShellChild(const std::string& script, int slots)
      : child(start_child("/bin/sh", {{"-c", script}, slots, log.get()}).value()) {}

  std::string read_slot(std::size_t slot) {
    const int fd = child.slots[slot].events.get();
    fcntl(fd, F_SETFL, 0);
    std::array<char, 256> buffer{};
    std::string text;
    for (ssize_t got = 0; (got = read(fd, buffer.data(), buffer.size())) > 0;)
      text.append(buffer.data(), static_cast<std::size_t>(got));
    return text;
  }

  std::string end() {
    int status = 0;
    waitpid(child.pid, &status, 0);
    return describe_exit(status);
  }
};

TEST(StartChild, GivesEverySlotItsOwnTwoPipes) {
  ShellChild shell("read a <&3; echo got $a >&4; read b <&5; echo got $b >&6", 2);
  ASSERT_EQ(write(shell.child.slots[0].control.get(), "one\n", 4), 4);
  ASSERT_EQ(write(shell.child.slots[1].control.get(), "two\n", 4), 4);
  EXPECT_EQ(shell.read_slot(0), "got one\n");
  EXPECT_EQ(shell.read_slot(1), "got two\n");
  EXPECT_EQ(shell.end(), "exit code 0");
}

TEST(StartChild, ASecondChildDoesNotKeepTheFirstOnesPipesOpen) {
  ShellChild first("echo hello >&4", 1);
  ShellChild second("read never <&3", 1);
  EXPECT_EQ(first.read_slot(0), "hello\n");  // ends only when no writer is left
  EXPECT_EQ(first.end(), "exit code 0");
  second.child.slots.clear();
  EXPECT_EQ(second.end(), "exit code 1");
}

TEST(StartChild, AProgramThatIsNotThereIsAnExitCode) {
  const Descriptor log(open("/dev/null", O_WRONLY));
  const auto child = start_child("/nonexistent/program", {{}, 1, log.get()});
  ASSERT_TRUE(child);
  int status = 0;
  waitpid(child->pid, &status, 0);
  EXPECT_EQ(describe_exit(status), "exit code 127");
}

TEST(DescribeExit, NamesTheSignal) {
  EXPECT_EQ(ShellChild("kill -SEGV $$", 1).end(), "signal SIGSEGV (segmentation fault)");
  EXPECT_EQ(ShellChild("kill -KILL $$", 1).end(), "signal SIGKILL (killed)");
  EXPECT_EQ(ShellChild("exit 7", 1).end(), "exit code 7");
}

TEST(OwnPeak, SeesMemoryThatWasUsedAndGivenBack) {
  reset_own_peak();
  const auto before = own_peak_bytes();
  if (!before) GTEST_SKIP() << "this kernel does not tell VmHWM";
  constexpr std::size_t kBytes = 64 << 20;
  {
    const std::vector<char> block(kBytes, 1);
    EXPECT_EQ(block.back(), 1);
  }
  EXPECT_GT(own_peak_bytes().value(), *before + kBytes / 2);
}

// Linux 4.9 has no smaps_rollup.
TEST(PeakFootprint, LeavesOutWhatOthersShareWhereverTheKernelTellsIt) {
  const BoardCopy board;
  board.write("/proc/812/status", "VmHWM:\t 1000 kB\nVmRSS:\t 700 kB\n");
  EXPECT_EQ(peak_footprint(board.host(), 812), std::nullopt) << "VmHWM alone is no footprint";
  board.write("/proc/812/smaps", "Rss: 500 kB\nPss: 350 kB\nRss: 200 kB\nPss: 200 kB\n");
  EXPECT_EQ(peak_footprint(board.host(), 812), 850u * 1024);
  board.write("/proc/812/smaps_rollup", "Rss: 700 kB\nPss: 600 kB\n");
  EXPECT_EQ(peak_footprint(board.host(), 812), 900u * 1024);
}

TEST(StartChild, PutsTheChildUnderItsLimit) {
  const auto limit =
      MemoryLimit::prepare({}, {.bytes = 1 << 30, .limiter = Limiter::rlimit, .cgroup = "unused"});
  const TempDir dir;
  const auto out = (dir.path() / "log").string();
  const Descriptor log(open(out.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  const auto child =
      start_child("/bin/sh", {{"-c", "ulimit -d; exit 3"}, 1, log.get(), &limit}).value();
  int status = 0;
  waitpid(child.pid, &status, 0);
  EXPECT_EQ(describe_exit(status), "exit code 3");
  EXPECT_EQ(read_text(out), "1048576\n");  // KiB
}

}  // namespace
}  // namespace jetmeter
