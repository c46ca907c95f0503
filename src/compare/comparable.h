// Whether a comparison of runs would mean anything.
#pragma once

#include <span>

#include "jetmeter/compare.h"

namespace jetmeter {

// Fails where one has measured nothing, or both have no slot in common.
Result<void> check_slots(const ComparedRun& a, const ComparedRun& b);
// Fails where something blocks and `force` is not set; the sentence names it.
Result<void> check_comparable(std::span<const Difference>, const CompareOptions&);

}  // namespace jetmeter
