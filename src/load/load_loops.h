#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "load/due_queue.h"
#include "load/load_lane.h"
#include "load/stop_control.h"

namespace jetmeter {

// The numbers of the work that lanes do as fast as they can, taken from one shared counter.
class LoadTickets {
 public:
  explicit LoadTickets(std::int64_t limit) : limit_(limit) {}
  // At most `want` numbers; empty when all are taken.
  IndexRange take(std::int64_t want);
  std::int64_t limit() const { return limit_; }

 private:
  std::atomic<std::int64_t> next_{0};
  const std::int64_t limit_;
};

// How many tickets a lane takes at once, so that lanes with short work do not fight over the
// counter and at most some 10 us of work is left to one lane at the end.
std::int64_t tickets_at_once(std::int64_t last_service_ns);

// One after the other, until the control or the tickets end it. Alone, a lane takes all tickets,
// and may take turns with somebody else; null: it does not.
void run_back_to_back(LoadLane&, LoadTickets&, StopControl&, bool alone, Turns* turns);

struct ScheduledLoad {
  const ArrivalPlan& plan;
  DueQueue& queue;
  std::int64_t late_ns = 0;       // beyond it the generator was late
  bool ends_with_plan = false;    // the maximum count ended the plan, not the maximum time
  std::function<void()> waits{};  // of LoadWorld
};
// Whatever of the plan is due next, until the control or the plan ends it.
void run_scheduled(LoadLane&, const ScheduledLoad&, StopControl&, Waiter&);

// Gives samples of work that nobody did to the lane.
void report_dropped(LoadLane&, const ArrivalPlan&, IndexRange dropped, std::int64_t began_ns);

}  // namespace jetmeter
