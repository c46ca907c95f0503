#include "cli/child_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace jetmeter {
namespace {

constexpr const char* kThisProgram = "/proc/self/exe";

// Between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* argv, int log, int keeps, const sigset_t& mask,
                         pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(126);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  if (keeps >= 0) fcntl(keeps, F_SETFD, 0);
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  execv(kThisProgram, argv);
  _exit(127);
}

Result<pid_t> start(const ChildRun& run, const sigset_t& mask) {
  const int log = open(run.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (log < 0)
    return fail(
        fmt::format("cannot write {}: {}", in_quotes(run.log.string()), std::strerror(errno)));
  auto words = run.arguments;
  words.insert(words.begin(), "jetmeter");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t parent = getpid(), pid = fork();
  const int why = errno;
  if (pid == 0) become(argv.data(), log, run.keeps, mask, parent);
  close(log);
  if (pid < 0) return fail(fmt::format("cannot start a run: {}", std::strerror(why)));
  return pid;
}

bool has_failed(int wait_status) {
  constexpr int kGateFailed = 3;  // the run is complete
  return !WIFEXITED(wait_status) ||
         (WEXITSTATUS(wait_status) != 0 && WEXITSTATUS(wait_status) != kGateFailed);
}

// Children at work, in the order in which they were started.
class Children {
 public:
  ~Children() {
    for (std::size_t i = 0; i < pids_.size(); ++i)
      if (!ended_[i]) kill(pids_[i], SIGTERM);
  }
  void add(pid_t pid) {
    pids_.push_back(pid);
    ends_.emplace_back();
    ended_.push_back(false);
  }
  void interrupt() {
    for (auto& end : ends_) end.interrupted = true;
    tell_all();
  }
  // False: all have ended.
  bool collect() {
    bool any_failed = false;
    for (std::size_t i = 0; i < pids_.size(); ++i) {
      if (ended_[i] || waitpid(pids_[i], &ends_[i].wait_status, WNOHANG) != pids_[i]) continue;
      ended_[i] = true;
      any_failed = any_failed || has_failed(ends_[i].wait_status);
    }
    if (any_failed && !all_ended()) give_up();
    return !all_ended();
  }
  std::vector<ChildEnd> ends() const { return ends_; }

 private:
  bool all_ended() const { return std::ranges::find(ended_, false) == ended_.end(); }
  void tell_all() const {
    for (std::size_t i = 0; i < pids_.size(); ++i)
      if (!ended_[i]) kill(pids_[i], SIGINT);
  }
  void give_up() {
    if (ends_.front().interrupted) return;  // they have been told
    for (std::size_t i = 0; i < pids_.size(); ++i)
      if (!ended_[i]) ends_[i].given_up = true;
    tell_all();
  }

  std::vector<pid_t> pids_;
  std::vector<ChildEnd> ends_;
  std::vector<bool> ended_;
};

}  // namespace

HeldSignals::HeldSignals() {
  sigemptyset(&held_);
  for (const int signal : {SIGINT, SIGTERM, SIGCHLD}) sigaddset(&held_, signal);
  sigprocmask(SIG_BLOCK, &held_, &before_);
}

HeldSignals::~HeldSignals() {
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

Result<std::vector<ChildEnd>> run_children(const std::vector<ChildRun>& runs,
                                           const HeldSignals& signals,
                                           const std::function<void()>& started,
                                           const std::function<void()>& tick) {
  Children children;
  for (const auto& run : runs) {
    const auto pid = start(run, signals.before());
    if (!pid) return tl::make_unexpected(pid.error());
    children.add(*pid);
  }
  started();
  constexpr timespec kSecond{1, 0};
  while (children.collect()) {
    const int signal = sigtimedwait(&signals.held(), nullptr, &kSecond);
    if (signal == SIGINT || signal == SIGTERM)
      children.interrupt();
    else if (signal < 0)
      tick();
  }
  return children.ends();
}

}  // namespace jetmeter
