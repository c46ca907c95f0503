#include "run/source_memory.h"

#include <algorithm>

#include "jetmeter/frames.h"
#include "run/number_from_child.h"
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

}  // namespace

Result<std::uint64_t> source_memory(const std::string& location) {
  const auto parsed = parse_source(location);
  if (!parsed) return tl::make_unexpected(parsed.error());
  if (parsed->kind->name == "camera") return fail("a camera is opened by its worker alone");
  // Where it fails there the worker will say what is wrong with it.
  const auto bytes = number_from_child(0, [&] { return grow_by_reading(location); });
  if (!bytes || *bytes == 0) return fail("the memory that reading the source takes cannot be told");
  return *bytes;
}

}  // namespace jetmeter
