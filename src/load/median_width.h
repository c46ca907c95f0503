#pragma once

#include <deque>
#include <optional>

#include "load/load_lane.h"

namespace jetmeter {

// Half the width of the interval of the median latency in percent of the median, over the lanes'
// logs as they are now; samples that depend on their neighbours count for less. Absent where there
// are too few or the median is 0. May run while the lanes do.
std::optional<double> median_width_percent(const std::deque<LoadLane>& lanes);

}  // namespace jetmeter
