#include "cli/guarded_action.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "cli/child_run.h"

namespace jetmeter {
namespace {

// A terminal sends its signals to both processes; what somebody sends to this one alone goes on to
// the child.
void pass_on(const siginfo_t& signal, pid_t child) {
  const bool of_somebody = signal.si_code <= 0;
  if (signal.si_signo != SIGCHLD && of_somebody) kill(child, signal.si_signo);
}

int wait_for(pid_t child, const HeldSignals& signals) {
  int status = 0;
  while (waitpid(child, &status, WNOHANG) != child) {
    siginfo_t signal{};
    if (sigwaitinfo(&signals.held(), &signal) > 0) pass_on(signal, child);
  }
  return status;
}

bool is_a_crash(int signal) {
  constexpr std::array kCrashes{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGKILL};
  return std::ranges::find(kCrashes, signal) != kCrashes.end();
}

ExitCode exit_code_of(int status, Terminal& terminal) {
  if (WIFEXITED(status)) return static_cast<ExitCode>(WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  if (!is_a_crash(signal)) raise(signal);  // to end as the child did
  terminal.status("");                     // the child's last one
  const char* name = sigabbrev_np(signal);
  terminal.error(fmt::format("the runtime died of SIG{} ({}) while it had the model",
                             name != nullptr ? name : std::to_string(signal), strsignal(signal)));
  return ExitCode::nothing_measured;
}

struct Guarded {
  pid_t child = 0;  // 0: this is the child; below: there is none
  int status = 0;
};

Guarded start_and_wait() {
  const HeldSignals signals;
  std::fflush(nullptr);
  const pid_t parent = getpid(), child = fork();
  if (child > 0) return {child, wait_for(child, signals)};
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) std::_Exit(static_cast<int>(ExitCode::interrupted));
  }
  return {child, 0};
}

}  // namespace

Action guarded(Action action, Terminal* terminal) {
  return [action = std::move(action), terminal]() -> Result<ExitCode> {
    const auto guarded = start_and_wait();
    return guarded.child > 0 ? exit_code_of(guarded.status, *terminal) : action();
  };
}

}  // namespace jetmeter
