#include "load/checks.h"

#include <fmt/format.h>

#include <cmath>

namespace jetmeter {
namespace {

Result<void> check_rate(const Scenario& scenario) {
  const double rate = scenario.per_second;
  if (rate >= kLowestRate && rate <= kHighestRate) return {};  // not so for NaN
  return fail(fmt::format("'{}' needs a rate between {} and {:.0f} per second, not {}",
                          name(scenario.kind), kLowestRate, kHighestRate, rate));
}

}  // namespace

Result<void> check_scenario(const Scenario& scenario) {
  if (scenario.in_flight < 1)
    return fail(fmt::format("{} in flight is no load; ask for at least 1", scenario.in_flight));
  if (scenario.kind == ScenarioKind::single && scenario.in_flight != 1)
    return fail(
        fmt::format("'single' does one thing at a time, not {}; take 'multi'", scenario.in_flight));
  if (scenario.queue_limit < 0)
    return fail(fmt::format("a queue cannot hold {} items; 0 is a queue without a limit",
                            scenario.queue_limit));
  if (scenario.queue_limit > 0 && scenario.when_busy == WhenBusy::drop)
    return fail(fmt::format(
        "a queue of {} contradicts 'drop', which has none; take 'queue' or leave the limit out",
        scenario.queue_limit));
  if (scenario.deadline && scenario.deadline->count() <= 0)
    return fail(fmt::format("a deadline of {} cannot be kept; give one above 0",
                            format_duration(*scenario.deadline)));
  if (scenario.offline_count < 0)
    return fail(fmt::format("{} inferences cannot be done; 0 lets the stop rules decide",
                            scenario.offline_count));
  if (is_scheduled(scenario.kind)) return check_rate(scenario);
  return {};
}

Result<void> check_stop_rules(const StopRules& rules) {
  if (rules.min_time.count() < 0)
    return fail(fmt::format("the minimum time of {} is below 0", format_duration(rules.min_time)));
  if (rules.min_count < 1)
    return fail(fmt::format("a minimum of {} inferences measures nothing; ask for at least 1",
                            rules.min_count));
  if (rules.max_time < rules.min_time || rules.max_time.count() <= 0)
    return fail(fmt::format("the maximum time of {} is below the minimum of {}; raise it",
                            format_duration(rules.max_time), format_duration(rules.min_time)));
  if (rules.max_count < rules.min_count)
    return fail(fmt::format("the maximum of {} inferences is below the minimum of {}; raise it",
                            rules.max_count, rules.min_count));
  const auto target = rules.median_within_percent;
  if (target && !(std::isfinite(*target) && *target > 0))
    return fail(fmt::format(
        "the median cannot be known within {} %; give a number above 0, such as 1", *target));
  return {};
}

Result<void> check_lanes(const Scenario& scenario, std::size_t tasks, std::size_t sinks) {
  const auto lanes = static_cast<std::size_t>(scenario.in_flight);
  if (tasks == lanes && sinks == lanes) return {};
  return fail(fmt::format("{} in flight need as many tasks and sinks, not {} and {}",
                          scenario.in_flight, tasks, sinks));
}

Result<void> check_turns(const Scenario& scenario, const LoadWorld& world) {
  if (!world.turns || (scenario.in_flight == 1 && !is_scheduled(scenario.kind))) return {};
  return fail(fmt::format("'{}' cannot be measured in turn with another run; take 'single'",
                          name(scenario.kind)));
}

}  // namespace jetmeter
