#include <gtest/gtest.h>
#include <unistd.h>

#include "jetmeter/processes.h"
#include "support/board_copy.h"

namespace jetmeter {
namespace {

class LargestProcesses : public testing::Test {
 protected:
  void add(int pid, std::string_view name, std::string_view statm) {
    const auto folder = "/proc/" + std::to_string(pid);
    board_.write(folder + "/comm", name);
    board_.write(folder + "/statm", statm);
  }
  BoardCopy board_;
  std::uint64_t page_ = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
};

TEST_F(LargestProcesses, AreSortedAndCut) {
  add(10, "small\n", "100 10 0 0 0 0 0\n");
  add(20, "large one\n", "900 300 0 0 0 0 0\n");
  add(30, "middle\n", "900 200 0 0 0 0 0\n");
  const auto found = largest_processes(board_.host(), 2);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].pid, 20);
  EXPECT_EQ(found[0].name, "large one");
  EXPECT_EQ(found[0].rss_bytes, 300 * page_);
  EXPECT_EQ(found[1].pid, 30);
}

TEST_F(LargestProcesses, LeaveOutKernelThreadsAndWhatIsNoProcess) {
  add(1, "kthreadd\n", "0 0 0 0 0 0 0\n");
  add(2, "broken\n", "no numbers");
  board_.write("/proc/3", "a file in place of a folder");
  board_.write("/proc/4x/statm", "100 10 0 0 0 0 0\n");
  board_.write("/proc/99999999999999/statm", "100 10 0 0 0 0 0\n");
  EXPECT_TRUE(largest_processes(board_.host(), 9).empty());
  EXPECT_TRUE(largest_processes(Host{"/nowhere"}, 9).empty());
}

TEST_F(LargestProcesses, HoldThisOne) {
  bool found = false;
  for (const auto& process : largest_processes(Host(), 1'000'000))
    found = found || process.pid == ::getpid();
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace jetmeter
