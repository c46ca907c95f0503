#pragma once

#include <memory>

#include "jetmeter/load.h"

namespace jetmeter {

// How long before the due time a sleeper must be woken, learned from how late it was woken before.
class WakeMargin {
 public:
  std::int64_t ns() const { return margin_ns_; }
  void woke_late_by(std::int64_t late_ns);

 private:
  std::int64_t margin_ns_ = 100'000;
};

// Waits by the machine's clock for one thread: sleeps, and for the last stretch spins if it may.
class PreciseWaiter final : public Waiter {
 public:
  explicit PreciseWaiter(bool spin) : spin_(spin) {}
  void wait_until(const Clock&, Nanoseconds until) override;

 private:
  const bool spin_;
  WakeMargin margin_;
};

// The kernel wakes a thread up to 50 us late on purpose, to wake several at once. Not this thread,
// while this lives.
class ExactTimers {
 public:
  ExactTimers();
  ~ExactTimers();
  ExactTimers(const ExactTimers&) = delete;
  ExactTimers& operator=(const ExactTimers&) = delete;

 private:
  int before_ns_;
};

// Cores that this process may run on.
int usable_cores();

}  // namespace jetmeter
