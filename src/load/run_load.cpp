#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>
#include <optional>

#include "jetmeter/load.h"
#include "load/checks.h"
#include "load/lane_threads.h"
#include "load/load_loops.h"
#include "load/stop_sentence.h"
#include "load/task_failure.h"
#include "load/waiting.h"

namespace jetmeter {
namespace {

constexpr double kNanosecondsPerSecond = 1e9;
// Between the start of the lanes and the first due time, so that every lane waits for it then.
constexpr std::int64_t kLead = 2'000'000;
constexpr std::int64_t kLeastLate = 50'000;  // ns

struct Request {
  const Scenario& scenario;
  const StopRules& rules;
  const LoadWorld& world;
};

std::int64_t period_ns(const Scenario& scenario) {
  return std::llround(kNanosecondsPerSecond / scenario.per_second);
}

std::deque<LoadLane> make_lanes(const Request& request, std::span<Task* const> tasks,
                                std::span<LoadSink* const> sinks) {
  const auto& scenario = request.scenario;
  auto deadline = scenario.deadline;
  if (!deadline && scenario.kind == ScenarioKind::rate) deadline = Nanoseconds(period_ns(scenario));
  std::deque<LoadLane> lanes;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    auto& lane = lanes.emplace_back(static_cast<std::int32_t>(i), *tasks[i], *sinks[i],
                                    *request.world.clock);
    if (deadline) lane.deadline_ns = deadline->count();
    if (request.rules.median_within_percent) lane.log.emplace(request.rules.max_count);
  }
  return lanes;
}

// Adds up what the lanes counted, once they have returned.
LoadOutcome gather(const Request& request, const std::deque<LoadLane>& lanes,
                   const StopControl& control, StopReason when_all_taken) {
  LoadOutcome outcome;
  outcome.stopped_by = control.reason().value_or(when_all_taken);
  outcome.began = outcome.ended = Nanoseconds(control.began_ns());
  for (const auto& lane : lanes) {
    outcome.ended = std::max(outcome.ended, Nanoseconds(lane.clock.last()));
    outcome.issued += lane.begun + lane.dropped;
    outcome.done += lane.done;
    outcome.dropped += lane.dropped;
    outcome.missed_deadline += lane.missed_deadline;
    outcome.awaited += lane.awaited;
    outcome.generator_late += lane.generator_late;
    outcome.clock_steps_back += lane.clock.steps_back();
  }
  outcome.of_others = Nanoseconds(control.left_out_ns());
  outcome.median_within_percent = control.median_within_percent();
  outcome.error = control.error();
  outcome.stop_sentence = stop_sentence(
      request.rules,
      request.scenario.kind == ScenarioKind::offline ? request.scenario.offline_count : 0, outcome);
  return outcome;
}

// Runs `loop(lane)` on every lane; an exception ends the load as a failed task does.
template <typename Loop>
Result<void> run_loops(std::deque<LoadLane>& lanes, StopControl& control, std::int64_t lead_ns,
                       const Loop& loop) {
  const auto start = [&] { control.begin(lanes.front().clock.read() + lead_ns); };
  return run_lanes(static_cast<int>(lanes.size()), start, [&](int number) {
    auto& lane = lanes[static_cast<std::size_t>(number)];
    if (auto failure = failure_of([&] { loop(lane); }))
      control.end(StopReason::failed, lane.clock.read(), std::move(failure));
  });
}

Result<LoadOutcome> run_unscheduled(const Request& request, std::deque<LoadLane>& lanes) {
  const auto& [scenario, rules, world] = request;
  auto unbounded = rules;
  auto limit = rules.max_count;
  auto when_all_taken = StopReason::max_count;
  if (scenario.kind == ScenarioKind::offline && scenario.offline_count > 0) {
    unbounded.min_time = rules.max_time;  // only the maxima end it before it is done
    unbounded.median_within_percent.reset();
    if (scenario.offline_count <= limit) when_all_taken = StopReason::all_done;
    limit = std::min(limit, scenario.offline_count);
  }
  StopControl control(unbounded, world, lanes);
  LoadTickets tickets(limit);
  const bool alone = lanes.size() == 1;
  const auto ran = run_loops(lanes, control, 0, [&](LoadLane& lane) {
    run_back_to_back(lane, tickets, control, alone, world.turns);
  });
  if (!ran) return tl::make_unexpected(ran.error());
  return gather(request, lanes, control, when_all_taken);
}

std::unique_ptr<Waiter> make_waiter(const WaitPlan& plan) {
  return std::make_unique<PreciseWaiter>(plan.spin);
}

// What was due when the load ended and was neither begun nor dropped.
std::int64_t unserved(const ArrivalPlan& plan, const StopControl& control,
                      const LoadOutcome& outcome) {
  if (!control.reason()) return 0;  // the plan's last item was taken
  const auto due = plan.count_before(control.ended_ns() - control.began_ns());
  return std::max<std::int64_t>(0, due - outcome.issued);
}

Result<LoadOutcome> run_with_plan(const Request& request, std::deque<LoadLane>& lanes,
                                  const ArrivalPlan& plan) {
  const auto& [scenario, rules, world] = request;
  std::optional<std::int64_t> capacity;
  if (scenario.when_busy == WhenBusy::drop) capacity = 0;
  if (scenario.queue_limit > 0) capacity = scenario.queue_limit;
  DueQueue queue(plan, capacity, scenario.in_flight);
  StopControl control(rules, world, lanes);
  const ScheduledLoad load{plan, queue, std::max(kLeastLate, period_ns(scenario) / 20),
                           plan.size() == rules.max_count, world.waits};
  const auto how = plan_waiting(scenario.in_flight, world.cores.value_or(usable_cores()));
  const auto ran = run_loops(lanes, control, kLead, [&](LoadLane& lane) {
    if (world.waiter) return run_scheduled(lane, load, control, *world.waiter);
    const ExactTimers timers;
    run_scheduled(lane, load, control, *make_waiter(how));
  });
  if (!ran) return tl::make_unexpected(ran.error());
  if (control.reason())
    report_dropped(lanes.front(), plan, queue.drop_until(control.ended_ns() - control.began_ns()),
                   control.began_ns());
  auto outcome = gather(request, lanes, control, StopReason::max_count);
  outcome.unserved = unserved(plan, control, outcome);
  if (!world.waiter) outcome.waiting = how.sentence;
  return outcome;
}

}  // namespace

Result<LoadOutcome> run_load(const Scenario& scenario, const StopRules& rules,
                             std::span<Task* const> tasks, std::span<LoadSink* const> sinks,
                             const LoadWorld& world) {
  auto good = check_scenario(scenario);
  if (good) good = check_stop_rules(rules);
  if (good) good = check_lanes(scenario, tasks.size(), sinks.size());
  if (good) good = check_turns(scenario, world);
  if (!good) return tl::make_unexpected(good.error());
  const Request request{scenario, rules, world};
  if (!is_scheduled(scenario.kind)) {
    auto lanes = make_lanes(request, tasks, sinks);
    return run_unscheduled(request, lanes);
  }
  const auto plan = ArrivalPlan::make(scenario, rules.max_time, rules.max_count);
  if (!plan) return tl::make_unexpected(plan.error());
  auto lanes = make_lanes(request, tasks, sinks);
  return run_with_plan(request, lanes, *plan);
}

}  // namespace jetmeter
