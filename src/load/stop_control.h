#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

#include "jetmeter/load.h"
#include "load/load_lane.h"

namespace jetmeter {

// Decides for all lanes together when a load ends, and remembers why. Any thread; lanes ask after
// every piece of work, so that asking costs two loads and a comparison until the minimum time has
// passed.
class StopControl {
 public:
  StopControl(const StopRules&, const LoadWorld&, const std::deque<LoadLane>& lanes);

  // Before the first lane runs.
  void begin(std::int64_t now_ns);

  // Whether the lane that read `now_ns` shall begin nothing more.
  bool ends(std::int64_t now_ns) {
    if (ended_.load(std::memory_order_relaxed)) return true;
    if (now_ns < first_look_ns_ && !stop_->load(std::memory_order_relaxed)) return false;
    return look(now_ns);
  }
  // The same for reasons that do not wait for a rule: somebody asked, or a lane has ended the load.
  bool called_off() const {
    return ended_.load(std::memory_order_relaxed) || stop_->load(std::memory_order_relaxed);
  }
  // The first one counts.
  void end(StopReason, std::int64_t now_ns, std::optional<Error> = std::nullopt);

  // The next time after `now_ns` at which a rule about time can end the load.
  std::int64_t next_time_rule(std::int64_t now_ns) const;

  // So long the machine was somebody else's. One lane alone.
  void leave_out(std::int64_t ns) {
    left_out_ns_ += ns;
    first_look_ns_ += ns;
  }

  std::int64_t began_ns() const { return began_ns_; }
  std::int64_t left_out_ns() const { return left_out_ns_; }

  // For when all lanes have returned.
  std::optional<StopReason> reason() const { return reason_; }
  std::int64_t ended_ns() const { return ended_ns_; }
  const std::optional<Error>& error() const { return error_; }
  // From all samples. Absent when it was not asked for or n does not carry it.
  std::optional<double> median_within_percent() const;

 private:
  bool look(std::int64_t now_ns);
  bool target_met(std::int64_t done);
  std::int64_t done() const;

  const StopRules rules_;
  const std::atomic<bool>* stop_;
  const std::deque<LoadLane>& lanes_;
  std::int64_t began_ns_ = 0;
  std::int64_t first_look_ns_ = 0;
  std::int64_t left_out_ns_ = 0;

  std::atomic<bool> ended_{false};
  std::atomic<std::int64_t> next_median_look_{0};
  std::mutex looking_at_median_;

  std::mutex ending_;
  std::optional<StopReason> reason_;
  std::int64_t ended_ns_ = 0;
  std::optional<Error> error_;
};

}  // namespace jetmeter
