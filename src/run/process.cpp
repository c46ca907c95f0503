#include "run/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <fstream>

namespace jetmeter {
namespace {

constexpr int kFirstSlotDescriptor = 3;
constexpr int kAboveAllSlots = 64;

// A new descriptor well above those that the child expects its pipes at.
Descriptor raise(int fd) {
  Descriptor low(fd);
  return Descriptor(fcntl(fd, F_DUPFD_CLOEXEC, kAboveAllSlots));
}

struct BothEnds {
  Descriptor ours_control, ours_events, child_control, child_events;
};

Result<BothEnds> make_pipes() {
  std::array<int, 2> control{}, events{};
  if (pipe2(control.data(), O_CLOEXEC) != 0)
    return fail(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  BothEnds ends;
  ends.child_control = raise(control[0]);
  ends.ours_control = raise(control[1]);
  if (pipe2(events.data(), O_CLOEXEC) != 0)
    return fail(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  ends.ours_events = raise(events[0]);
  ends.child_events = raise(events[1]);
  fcntl(ends.ours_events.get(), F_SETFL, O_NONBLOCK);
  return ends;
}

// Between fork and exec: only calls that are safe there.
[[noreturn]] void become(const char* program, char* const* argv, const std::vector<BothEnds>& pipes,
                         const ChildOptions& options, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(126);
  dup2(options.log, STDOUT_FILENO);
  dup2(options.log, STDERR_FILENO);
  if (options.limit && !options.limit->enter()) _exit(kExitNotLimited);
  int next = kFirstSlotDescriptor;
  for (const auto& ends : pipes) {
    dup2(ends.child_control.get(), next++);
    dup2(ends.child_events.get(), next++);
  }
  execv(program, argv);
  _exit(127);
}

std::optional<std::uint64_t> kilobytes_after(const std::string& text, std::string_view key) {
  const auto at = text.find(key);
  if (at == std::string::npos) return std::nullopt;
  const char* begin = text.data() + at + key.size();
  const char* end = text.data() + text.size();
  while (begin != end && (*begin == ' ' || *begin == '\t')) ++begin;
  std::uint64_t kilobytes = 0;
  if (std::from_chars(begin, end, kilobytes).ec != std::errc{}) return std::nullopt;
  return kilobytes * 1024;
}

std::string_view signal_meaning(int signal) {
  switch (signal) {
    case SIGSEGV: return "segmentation fault";
    case SIGBUS: return "bus error";
    case SIGABRT: return "aborted";
    case SIGFPE: return "arithmetic exception";
    case SIGILL: return "illegal instruction";
    case SIGKILL: return "killed";
    case SIGTERM: return "terminated";
    default: return strsignal(signal);
  }
}

}  // namespace

void Descriptor::reset() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

Result<Child> start_child(const std::filesystem::path& program, const ChildOptions& options) {
  std::vector<BothEnds> pipes;
  for (int slot = 0; slot < options.slots; ++slot) {
    auto ends = make_pipes();
    if (!ends) return tl::make_unexpected(ends.error());
    pipes.push_back(std::move(*ends));
  }
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return fail(fmt::format("cannot start a worker: {}", std::strerror(errno)));
  if (pid == 0) become(words[0].c_str(), argv.data(), pipes, options, parent);
  Child child{pid, {}};
  for (auto& ends : pipes)
    child.slots.push_back({std::move(ends.ours_control), std::move(ends.ours_events)});
  return child;
}

std::string describe_exit(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    const int signal = WTERMSIG(wait_status);
    const char* name = sigabbrev_np(signal);
    return fmt::format("signal SIG{} ({})", name ? name : std::to_string(signal),
                       signal_meaning(signal));
  }
  return fmt::format("exit code {}", WEXITSTATUS(wait_status));
}

std::optional<std::uint64_t> peak_footprint(const Host& host, ProcessId pid) {
  const auto status = read_text(host.path(fmt::format("/proc/{}/status", pid))).value_or("");
  const auto resident_peak = kilobytes_after(status, "VmHWM:");
  const auto [own, resident] = walk_pages(host, pid);
  if (!resident_peak || !resident || !own) return std::nullopt;
  const auto of_others = *resident - std::min(*own, *resident);
  return *resident_peak - std::min(of_others, *resident_peak);
}

std::optional<std::uint64_t> own_peak_bytes() {
  return peak_footprint({}, getpid());
}

// proc(5), clear_refs: 5 resets the peak resident set size to the current one.
void reset_own_peak() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

std::optional<std::int64_t> oom_kills(const Host& host) {
  const auto text = read_text(host.path("/proc/vmstat"));
  if (!text) return std::nullopt;
  const auto at = text->find("\noom_kill ");
  if (at == std::string::npos) return std::nullopt;
  return std::strtoll(text->c_str() + at + 10, nullptr, 10);
}

}  // namespace jetmeter
