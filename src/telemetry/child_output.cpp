#include "telemetry/child_output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

namespace jetmeter {
namespace {

constexpr int kCannotRun = 127;
constexpr auto kPause = std::chrono::milliseconds(1);
// A process that hangs in a driver does not die before the driver lets it go; we do not wait then.
constexpr int kReapAttempts = 500;

// Between fork and exec: only calls that are safe there.
[[noreturn]] void become(const char* program, char* const* argv, int output, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kCannotRun);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0) _exit(kCannotRun);
  dup2(nothing, STDIN_FILENO);
  dup2(nothing, STDERR_FILENO);
  dup2(output, STDOUT_FILENO);
  execv(program, argv);
  _exit(kCannotRun);
}

// Both ends above the standard descriptors, which the child overwrites.
bool make_pipe(std::array<int, 2>& ends) {
  std::array<int, 2> low{};
  if (pipe2(low.data(), O_CLOEXEC) != 0) return false;
  for (std::size_t i = 0; i < ends.size(); ++i)
    ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  for (const int end : low) ::close(end);
  if (ends[0] >= 0 && ends[1] >= 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0) return true;
  for (const int end : ends)
    if (end >= 0) ::close(end);
  return false;
}

// It stays a zombie: as long as it is one, its group's number is nobody else's.
std::optional<siginfo_t> peek_end(pid_t pid) {
  siginfo_t info{};
  const auto got = waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
  return got == 0 && info.si_pid == pid ? std::optional(info) : std::nullopt;
}

}  // namespace

Result<ChildOutput> ChildOutput::start(const std::filesystem::path& program,
                                       const std::vector<std::string>& arguments) {
  auto words = arguments;
  words.insert(words.begin(), program.string());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  std::array<int, 2> ends{-1, -1};
  if (!make_pipe(ends)) return fail(std::string("cannot make a pipe: ") + std::strerror(errno));
  const auto parent = getpid();
  const auto pid = fork();
  if (pid == 0) become(words.front().c_str(), argv.data(), ends[1], parent);
  const int error = errno;
  ::close(ends[1]);
  if (pid < 0) {
    ::close(ends[0]);
    return fail("cannot start " + in_quotes(program.string()) + ": " + std::strerror(error));
  }
  setpgid(pid, pid);  // as the child does: whoever is first, the group is there from now on
  return ChildOutput(pid, ends[0]);
}

ChildOutput::ChildOutput(ChildOutput&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), descriptor_(std::exchange(other.descriptor_, -1)) {}

ChildOutput::~ChildOutput() {
  for (int i = 0; i < kReapAttempts && !end(); ++i) std::this_thread::sleep_for(kPause);
}

std::optional<Nanoseconds> ChildOutput::cpu_time() const {
  clockid_t clock{};
  timespec time{};
  if (pid_ < 0 || clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &time) != 0)
    return std::nullopt;
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

bool ChildOutput::end() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  if (pid_ < 0) return true;
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);
  if (waitpid(pid_, nullptr, WNOHANG) == 0) return false;
  pid_ = -1;
  return true;
}

std::optional<std::size_t> ChildOutput::read(std::span<char> buffer) {
  for (;;) {
    const auto got = ::read(descriptor_, buffer.data(), buffer.size());
    if (got > 0) return static_cast<std::size_t>(got);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return 0;
    return std::nullopt;
  }
}

void ChildOutput::wait(Nanoseconds limit) const {
  pollfd ready{descriptor_, POLLIN, 0};
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(limit).count();
  ::poll(&ready, 1, static_cast<int>(milliseconds));
}

bool ChildOutput::has_ended() const {
  return peek_end(pid_).has_value();
}

std::string ChildOutput::how_it_ended(Nanoseconds limit) const {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  auto end = peek_end(pid_);
  while (!end && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kPause);
    end = peek_end(pid_);
  }
  if (!end) return "";
  return (end->si_code == CLD_EXITED ? "exit code " : "signal ") + std::to_string(end->si_status);
}

}  // namespace jetmeter
