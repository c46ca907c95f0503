#include <algorithm>
#include <limits>

#include "load/load_loops.h"

namespace jetmeter {
namespace {

// Nearer to its due time a lane tells nobody that it waits.
constexpr std::int64_t kFarAway = 5'000'000;

// Whether the work that is due at `due_ns` shall be begun. What was due before a rule about time
// could end the load is begun even if the lane wakes a little after it.
bool wait_for(LoadLane& lane, std::int64_t due_ns, const ScheduledLoad& load, StopControl& control,
              Waiter& waiter) {
  auto now_ns = lane.clock.last();
  if (control.ends(now_ns)) return false;
  while (now_ns < due_ns) {
    if (load.waits && due_ns - now_ns > kFarAway) load.waits();
    const auto rule_ns = control.next_time_rule(now_ns);
    waiter.wait_until(lane.clock.clock(), lane.clock.shown_at(std::min(due_ns, rule_ns)));
    now_ns = lane.clock.read();
    const bool due_first = due_ns < rule_ns;
    if (due_first ? control.called_off() && control.ends(now_ns) : control.ends(now_ns))
      return false;
  }
  return true;
}

// False when the task failed.
bool run_one(LoadLane& lane, LoadSample& sample, StopControl& control) {
  sample.stages.clear();
  ++lane.begun;
  sample.began_ns = lane.clock.last();
  const auto result = lane.task.run(sample.stages);
  sample.ended_ns = lane.clock.read();
  if (!result) {
    control.end(StopReason::failed, sample.ended_ns, result.error());
    return false;
  }
  lane.keep(sample);
  return true;
}

}  // namespace

void report_dropped(LoadLane& lane, const ArrivalPlan& plan, IndexRange dropped,
                    std::int64_t began_ns) {
  LoadSample sample;
  sample.lane = lane.number;
  sample.outcome = Outcome::dropped;
  for (auto index = dropped.first; index < dropped.last; ++index) {
    sample.index = index;
    sample.scheduled_ns = sample.began_ns = sample.ended_ns = began_ns + plan.due_ns(index);
    lane.sink.add(sample);
    ++lane.dropped;
  }
}

void run_scheduled(LoadLane& lane, const ScheduledLoad& load, StopControl& control,
                   Waiter& waiter) {
  const auto began_ns = control.began_ns();
  LoadSample sample;
  sample.lane = lane.number;
  auto given = load.queue.enter(lane.clock.read() - began_ns);
  for (;; given = load.queue.take(lane.clock.last() - began_ns)) {
    report_dropped(lane, load.plan, given.dropped, began_ns);
    if (!given.index && load.ends_with_plan) return;
    sample.index = given.index.value_or(0);
    sample.scheduled_ns = given.index ? began_ns + load.plan.due_ns(sample.index)
                                      : std::numeric_limits<std::int64_t>::max();
    const bool free_before = lane.clock.last() < sample.scheduled_ns;
    if (!wait_for(lane, sample.scheduled_ns, load, control, waiter)) return;
    if (free_before) {
      ++lane.awaited;
      if (lane.clock.last() - sample.scheduled_ns > load.late_ns) ++lane.generator_late;
    }
    if (!run_one(lane, sample, control)) return;
  }
}

}  // namespace jetmeter
