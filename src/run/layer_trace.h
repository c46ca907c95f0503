// The profiled layers of a run's slots as a trace, beside the phases that they lie in. Pure.
#pragma once

#include <span>

#include "run/chrome_trace.h"
#include "run/results.h"

namespace jetmeter {

// Of the slots whose layers were profiled; of none, a trace without processes.
ChromeTrace layer_trace(std::span<const SlotData>);

}  // namespace jetmeter
