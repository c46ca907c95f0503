// A run's report as a line of its sweep's tables. Pure.
#pragma once

#include "jetmeter/record.h"
#include "jetmeter/sweep.h"

namespace jetmeter {

// Of the report's first slot. Without a report (null) the step has failed, and has no numbers.
SweepRow sweep_row(const SweepStep&, const Record*);

}  // namespace jetmeter
