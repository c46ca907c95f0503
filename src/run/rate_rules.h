// How long the loads of a search for a rate last. Pure.
#pragma once

#include "jetmeter/run.h"

namespace jetmeter {

// Of one trial: `trial_time`, and as many samples as the bound takes. A latency's percentile has
// the maximum time of the run for them. A share of drops takes as many as one drop is that share
// of, and at most five times the trial's time.
// REQUIRES: a bound, and a trial's time above 0.
StopRules trial_rules(const BenchSpec&, double per_second);

// Of the measurement: its own rules, and where a latency is bounded as many samples as it takes to
// say whether that held.
StopRules measured_rules(const BenchSpec&);

}  // namespace jetmeter
