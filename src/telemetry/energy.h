// Power from a counter of energy. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "jetmeter/core.h"

namespace jetmeter {

struct EnergyReading {
  std::uint64_t microjoules = 0;
  Nanoseconds at{0};  // monotonic
};

// The mean power between two readings of one counter, which starts at 0 again after
// `largest_microjoules`. Absent when no time has passed, and when the counter went back although
// it does not say where it wraps. That it wrapped twice cannot be seen: a package's counter takes
// minutes at full load.
std::optional<double> mean_watts(const EnergyReading& before, const EnergyReading& now,
                                 std::optional<std::uint64_t> largest_microjoules);

}  // namespace jetmeter
