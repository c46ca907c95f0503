// Whether what was read of a slot's worker is all that it held. Pure.
#pragma once

#include "run/results.h"

namespace jetmeter {

// It runs on a device whose memory PSS does not hold, and nobody told that memory: what was read is
// a part of its footprint. Of a slot that never told its device the one it asked for counts.
bool holds_untold_memory(const SlotData&);

}  // namespace jetmeter
