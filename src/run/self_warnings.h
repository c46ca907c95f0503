// What a slot's own numbers say against themselves: warnings in the manner of trtexec
// (facts: peers.md 5.4), LoadGen and perf_analyzer. Pure.
#pragma once

#include <vector>

#include "jetmeter/record.h"
#include "run/results.h"

namespace jetmeter {

std::vector<Warning> self_warnings(const SlotData&, const SlotRecord&);

}  // namespace jetmeter
