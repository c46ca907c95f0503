#include "load/stop_control.h"

#include <algorithm>

#include "load/median_width.h"

namespace jetmeter {
namespace {

const std::atomic<bool> never{false};

}  // namespace

StopControl::StopControl(const StopRules& rules, const LoadWorld& world,
                         const std::deque<LoadLane>& lanes)
    : rules_(rules), stop_(world.stop ? world.stop : &never), lanes_(lanes) {}

void StopControl::begin(std::int64_t now_ns) {
  began_ns_ = now_ns;
  first_look_ns_ = now_ns + rules_.min_time.count();
}

void StopControl::end(StopReason reason, std::int64_t now_ns, std::optional<Error> error) {
  const std::scoped_lock lock(ending_);
  if (reason_) return;
  reason_ = reason;
  ended_ns_ = now_ns;
  error_ = std::move(error);
  ended_.store(true, std::memory_order_relaxed);
}

std::int64_t StopControl::next_time_rule(std::int64_t now_ns) const {
  return now_ns < first_look_ns_ ? first_look_ns_ : began_ns_ + rules_.max_time.count();
}

std::int64_t StopControl::done() const {
  std::int64_t sum = 0;
  for (const auto& lane : lanes_) sum += lane.done.load(std::memory_order_relaxed);
  return sum;
}

bool StopControl::look(std::int64_t now_ns) {
  const auto elapsed_ns = now_ns - began_ns_ - left_out_ns_;
  if (stop_->load(std::memory_order_relaxed)) {
    end(StopReason::interrupted, now_ns);
    return true;
  }
  const auto count = done();
  if (elapsed_ns >= rules_.min_time.count() && count >= rules_.min_count && target_met(count)) {
    end(StopReason::minimums_met, now_ns);
    return true;
  }
  if (elapsed_ns >= rules_.max_time.count()) {
    end(StopReason::max_time, now_ns);
    return true;
  }
  return false;
}

bool StopControl::target_met(std::int64_t count) {
  if (!rules_.median_within_percent) return true;
  if (count < next_median_look_.load(std::memory_order_relaxed)) return false;
  const std::unique_lock lock(looking_at_median_, std::try_to_lock);
  if (!lock) return false;  // another lane is at it
  next_median_look_.store(count + std::max<std::int64_t>(1, count / 2), std::memory_order_relaxed);
  const auto within = median_within_percent();
  return within && *within <= *rules_.median_within_percent;
}

std::optional<double> StopControl::median_within_percent() const {
  if (!rules_.median_within_percent) return std::nullopt;
  return median_width_percent(lanes_);
}

}  // namespace jetmeter
