#include "run/source_memory.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>

#include "jetmeter/frames.h"
#include "run/prefetch.h"
#include "run/process.h"

namespace jetmeter {
namespace {

// Enough for a decoder to fill its list of reference frames (16 at most in H.264 and H.265).
constexpr int kFrames = 20;

// As the worker reads: on another thread, with as many frames at hand.
std::uint64_t grow_by_reading(const std::string& location) {
  reset_own_peak();
  const auto before = own_peak_bytes();
  auto source = open_source(location);
  if (!source || !before) return 0;
  {
    Prefetcher prefetcher(**source, system_clock(), {.limit = kFrames});
    while (auto* item = prefetcher.take()) prefetcher.give_back(item);
  }
  const auto after = own_peak_bytes();
  return after ? *after - std::min(*after, *before) : 0;
}

[[noreturn]] void measure_in_child(const std::string& location, int out) {
  std::uint64_t bytes = 0;
  try {
    bytes = grow_by_reading(location);
  } catch (const std::exception&) {
    bytes = 0;  // the worker will say what is wrong with it
  }
  const bool told = write(out, &bytes, sizeof bytes) == sizeof bytes;
  _exit(told ? 0 : 1);
}

}  // namespace

Result<std::uint64_t> source_memory(const std::string& location) {
  const auto parsed = parse_source(location);
  if (!parsed) return tl::make_unexpected(parsed.error());
  if (parsed->kind->name == "camera") return fail("a camera is opened by its worker alone");
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail("no pipe can be made");
  Descriptor in(ends[0]), out(ends[1]);
  const pid_t child = fork();
  if (child < 0) return fail("no process can be started");
  if (child == 0) measure_in_child(location, out.get());
  out.reset();
  std::uint64_t bytes = 0;
  const bool told = read(in.get(), &bytes, sizeof bytes) == sizeof bytes;
  int status = 0;
  waitpid(child, &status, 0);
  if (!told || bytes == 0) return fail("the memory that reading the source takes cannot be told");
  return bytes;
}

}  // namespace jetmeter
