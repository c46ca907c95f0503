// The verdict on one metric, from the interval of its ratio.
#pragma once

#include "jetmeter/compare.h"

namespace jetmeter {

RatioOptions ratio_options(const CompareOptions&);
// Both values may be off by `clock_step_ms`, which the interval is made to hold; where it cannot,
// there is no ratio any more, and the reason. REQUIRES: a ratio and both values, above 0.
void take_verdict(MetricComparison&, double clock_step_ms, const CompareOptions&);

}  // namespace jetmeter
