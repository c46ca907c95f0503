// Whether what was read of a slot's worker is all that it held. Pure.
#pragma once

#include <string_view>

#include "run/results.h"

namespace jetmeter {

// It runs on a device whose memory PSS does not hold, and nobody told that memory: what was read is
// a part of its footprint. Of a slot that never told its device the one it asked for counts.
bool holds_untold_memory(const SlotData&);

// Of the slot's worker, taken in this phase (empty: in none). A list in which a process that
// computes on the GPU holds nothing there, as one of another PID namespace does, tells nothing of
// it.
void keep_gpu_reading(SlotData&, std::string_view phase, const Footprint&);

}  // namespace jetmeter
