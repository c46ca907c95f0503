#include "cli/child_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace jetmeter {
namespace {

constexpr const char* kThisProgram = "/proc/self/exe";

// Between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* argv, int log, const sigset_t& mask, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(126);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  execv(kThisProgram, argv);
  _exit(127);
}

Result<pid_t> start(const std::vector<std::string>& arguments, int log, const sigset_t& mask) {
  auto words = arguments;
  words.insert(words.begin(), "jetmeter");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t parent = getpid(), pid = fork();
  if (pid < 0) return fail(fmt::format("cannot start a run: {}", std::strerror(errno)));
  if (pid == 0) become(argv.data(), log, mask, parent);
  return pid;
}

}  // namespace

HeldSignals::HeldSignals() {
  sigemptyset(&held_);
  for (const int signal : {SIGINT, SIGTERM, SIGCHLD}) sigaddset(&held_, signal);
  sigprocmask(SIG_BLOCK, &held_, &before_);
}

HeldSignals::~HeldSignals() {
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

Result<ChildEnd> run_child(const std::vector<std::string>& arguments,
                           const std::filesystem::path& log, const HeldSignals& signals,
                           const std::function<void()>& tick) {
  const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0)
    return fail(fmt::format("cannot write {}: {}", in_quotes(log.string()), std::strerror(errno)));
  const auto pid = start(arguments, file, signals.before());
  close(file);
  if (!pid) return tl::make_unexpected(pid.error());
  ChildEnd end;
  constexpr timespec kSecond{1, 0};
  while (waitpid(*pid, &end.wait_status, WNOHANG) != *pid) {
    const int signal = sigtimedwait(&signals.held(), nullptr, &kSecond);
    if (signal == SIGINT || signal == SIGTERM) {
      end.interrupted = true;
      kill(*pid, SIGINT);
    } else if (signal < 0) {
      tick();
    }
  }
  return end;
}

}  // namespace jetmeter
