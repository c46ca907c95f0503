// Whether the rate that a search found holds its bound in the measurement that followed. Pure.
#pragma once

#include <optional>

#include "jetmeter/load.h"
#include "run/results.h"

namespace jetmeter {

// As judge_rate() judges a trial. Absent where there is nothing to judge: no search or no rate that
// it found, a measurement that did not come to its end, or one too short for the percentile.
// One that lies within the bound and is too little to confirm it `wants` more.
std::optional<RateTrial> judge_measurement(const SlotData&);

}  // namespace jetmeter
