#include "run/number_from_child.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <exception>

#include "run/process.h"

namespace jetmeter {
namespace {

using Find = std::function<std::optional<std::uint64_t>()>;

[[noreturn]] void find_in_child(unsigned seconds_allowed, const Find& find, int out) {
  // A crash may be expected here: no handler of the parent's.
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGALRM, SIGPIPE})
    std::signal(signal, SIG_DFL);
  alarm(seconds_allowed);
  std::optional<std::uint64_t> number;
  try {
    number = find();
  } catch (const std::exception&) {
    number.reset();
  }
  const bool told = number && write(out, &*number, sizeof *number) == sizeof *number;
  _exit(told ? 0 : 1);
}

}  // namespace

std::optional<std::uint64_t> number_from_child(unsigned seconds_allowed, const Find& find) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  Descriptor in(ends[0]), out(ends[1]);
  const pid_t child = fork();
  if (child < 0) return std::nullopt;
  if (child == 0) find_in_child(seconds_allowed, find, out.get());
  out.reset();
  std::uint64_t number = 0;
  const bool told = read(in.get(), &number, sizeof number) == sizeof number;
  int status = 0;
  waitpid(child, &status, 0);
  return told ? std::optional(number) : std::nullopt;
}

}  // namespace jetmeter
