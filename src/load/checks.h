#pragma once

#include "jetmeter/load.h"

namespace jetmeter {

// What is wrong with a request, in one sentence.
Result<void> check_scenario(const Scenario&);
Result<void> check_stop_rules(const StopRules&);
// That there is one task and one sink for each lane that the scenario asks for.
Result<void> check_lanes(const Scenario&, std::size_t tasks, std::size_t sinks);
// That turns are taken by one lane, between two pieces of work that nobody waits for.
Result<void> check_turns(const Scenario&, const LoadWorld&);

inline bool is_scheduled(ScenarioKind kind) {
  return kind == ScenarioKind::rate || kind == ScenarioKind::poisson;
}

// The rates that a schedule in whole nanoseconds can hold.
inline constexpr double kLowestRate = 1e-4;
inline constexpr double kHighestRate = 1e9;

}  // namespace jetmeter
