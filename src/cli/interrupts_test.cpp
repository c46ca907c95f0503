#include "cli/interrupts.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace jetmeter {
namespace {

constexpr int kWentOn = 7;

// The exit code of a process that these signals met.
int exit_code_after(std::initializer_list<int> signals) {
  const pid_t child = fork();
  if (child == 0) {
    const InterruptGuard guard;
    for (const int signal : signals) raise(signal);
    _exit(interrupts() == static_cast<int>(signals.size()) ? kWentOn : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(Interrupts, TwoAreCountedAndTheThirdEndsTheProcess) {
  EXPECT_EQ(exit_code_after({}), kWentOn);
  EXPECT_EQ(exit_code_after({SIGINT, SIGTERM}), kWentOn);
  EXPECT_EQ(exit_code_after({SIGINT, SIGTERM, SIGINT}), 130);
}

}  // namespace
}  // namespace jetmeter
