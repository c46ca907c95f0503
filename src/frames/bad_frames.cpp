#include <numeric>

#include "jetmeter/frames.h"

namespace jetmeter {

std::int64_t count_frames(std::span<const BadFrame> bad) {
  return std::accumulate(bad.begin(), bad.end(), std::int64_t{0},
                         [](std::int64_t sum, const BadFrame& one) { return sum + one.frames; });
}

}  // namespace jetmeter
