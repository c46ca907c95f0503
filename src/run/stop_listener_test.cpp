#include "run/stop_listener.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>

namespace jetmeter {
namespace {

bool soon(const std::atomic<bool>& flag) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!flag && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  return flag;
}

TEST(StopListener, HearsAnOrderAndLeavesItThere) {
  std::array<int, 2> fd{};
  ASSERT_EQ(pipe(fd.data()), 0);
  {
    const StopListener listener(fd[0]);
    EXPECT_FALSE(listener.asked());
    ASSERT_EQ(write(fd[1], "x", 1), 1);
    EXPECT_TRUE(soon(listener.asked()));
  }
  char order = 0;
  EXPECT_EQ(read(fd[0], &order, 1), 1);
  EXPECT_EQ(order, 'x');
  close(fd[0]);
  close(fd[1]);
}

TEST(StopListener, HearsThatTheSupervisorIsGone) {
  std::array<int, 2> fd{};
  ASSERT_EQ(pipe(fd.data()), 0);
  const StopListener listener(fd[0]);
  close(fd[1]);
  EXPECT_TRUE(soon(listener.asked()));
  close(fd[0]);
}

TEST(StopListener, EndsWithoutAnOrder) {  // or never
  std::array<int, 2> fd{};
  ASSERT_EQ(pipe(fd.data()), 0);
  bool asked = true;
  {
    const StopListener listener(fd[0]);
    asked = listener.asked();
  }
  EXPECT_FALSE(asked);
  close(fd[0]);
  close(fd[1]);
}

}  // namespace
}  // namespace jetmeter
