// How long the loads of a search for a rate last. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "jetmeter/run.h"

namespace jetmeter {

// Of one trial: `trial_time`, and as many samples as can confirm the bound, with the maximum time
// of the run for them. REQUIRES: a bound, and a trial's time above 0.
StopRules trial_rules(const BenchSpec&, double per_second);

// The same trial again, until it has as many samples as might confirm what the first one saw, as
// far as the maximum time of the run allows. Absent where that is hardly more than there was.
std::optional<StopRules> longer_trial(const BenchSpec&, double per_second, const StopRules& first,
                                      std::int64_t wants);

// Requests of a trial, at the most that chance allows.
std::int64_t most_requests(const StopRules&, double per_second);

// Of the measurement: its own rules, and after a search as many samples as it takes to say whether
// the bound held.
StopRules measured_rules(const BenchSpec&);

}  // namespace jetmeter
