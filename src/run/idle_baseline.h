// Whether the machine was idle before anything of ours was loaded: only then is what it drew a
// baseline. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "run/timeline.h"

namespace jetmeter {

// Mean of the readings that were taken in a time; absent where there are fewer than two: one may
// have caught a single redraw.
std::optional<double> mean_within(const Histories&, std::string_view channel, const TimeSpan&);

// The GPUs whose load is told, as their channels are named: "gpu", "gpu0".
std::vector<std::string> gpus_with_load(const Histories&);

// "the GPU was 99 % busy", where the CPU or a GPU was busier than a desktop that nobody touches.
// Absent where none was, or none told.
std::optional<std::string> what_was_busy(const Histories&, const TimeSpan& idle);

}  // namespace jetmeter
