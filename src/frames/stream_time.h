// The time of a frame in a stream of constant rate. Sources and pairing agree by sharing it.
#pragma once

#include <cmath>
#include <cstdint>

#include "jetmeter/core.h"

namespace jetmeter {

inline Nanoseconds stream_time(std::int64_t index, double fps) {
  return Nanoseconds(std::llround(static_cast<double>(index) * 1e9 / fps));
}

}  // namespace jetmeter
