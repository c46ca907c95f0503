// The verdict on one metric, from the interval of its ratio.
#pragma once

#include "jetmeter/compare.h"

namespace jetmeter {

RatioOptions ratio_options(const CompareOptions&);
// REQUIRES: it has a ratio.
void take_verdict(MetricComparison&, const CompareOptions&);

}  // namespace jetmeter
