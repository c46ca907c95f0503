// Two times that are one step of the clock apart may be the same time.
#pragma once

#include "compare/metrics.h"

namespace jetmeter {

// By which a value of the metric may be off: a step of the coarser clock of both runs, in
// milliseconds. 0: it is no such time, or neither record knows its clock.
double clock_step_ms(const Metric&, const SlotRecord& a, const SlotRecord& b);

// Makes the interval of the ratio at least as wide as both values being off by `step_ms` makes it,
// and says whether that was needed. Leaves no ratio, and the reason, where a value is no more than
// one step. REQUIRES: a ratio and both values, above 0.
bool widen_by_clock_step(MetricComparison&, double step_ms);

}  // namespace jetmeter
