#include <algorithm>

#include "load/load_loops.h"

namespace jetmeter {

IndexRange LoadTickets::take(std::int64_t want) {
  const auto first = next_.fetch_add(want, std::memory_order_relaxed);
  return {std::min(first, limit_), std::min(first + want, limit_)};
}

std::int64_t tickets_at_once(std::int64_t last_service_ns) {
  constexpr std::int64_t kAtOnce = 10'000;  // ns
  return std::clamp<std::int64_t>(kAtOnce / std::max<std::int64_t>(1, last_service_ns), 1, 64);
}

void run_back_to_back(LoadLane& lane, LoadTickets& tickets, StopControl& control, bool alone,
                      Turns* turns) {
  LoadSample sample;
  sample.lane = lane.number;
  IndexRange mine;
  while (!control.ends(lane.clock.last())) {
    if (mine.empty()) {
      mine = tickets.take(alone ? tickets.limit() : tickets_at_once(sample.service_ns()));
      if (mine.empty()) return;
    }
    sample.index = mine.first++;
    sample.stages.clear();
    ++lane.begun;
    sample.began_ns = lane.clock.read();
    const auto result = lane.task.run(sample.stages);
    sample.ended_ns = lane.clock.read();
    if (!result) [[unlikely]] {
      control.end(StopReason::failed, sample.ended_ns, result.error());
      return;
    }
    sample.scheduled_ns = sample.began_ns;
    lane.keep(sample);
    if (turns && turns->after_work(Nanoseconds(sample.ended_ns)))
      control.leave_out(lane.clock.read() - sample.ended_ns);
  }
}

}  // namespace jetmeter
