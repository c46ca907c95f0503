#pragma once

#include <cstdint>

#include "jetmeter/core.h"

namespace jetmeter {

// A lane's view of the clock: it never goes back. When the clock does, time stands still for that
// reading and goes on from there; to wait until it has caught up could take for ever.
class LoadClock {
 public:
  explicit LoadClock(const Clock& clock) : clock_(&clock), last_(clock.monotonic().count()) {}

  std::int64_t read() {
    std::int64_t now = clock_->monotonic().count() + shift_;
    if (now < last_) [[unlikely]] {
      ++steps_back_;
      shift_ += last_ - now;
      now = last_;
    }
    last_ = now;
    return now;
  }

  std::int64_t last() const { return last_; }
  std::int64_t steps_back() const { return steps_back_; }
  // What the clock itself shows when read() answers `ns`.
  Nanoseconds shown_at(std::int64_t ns) const { return Nanoseconds(ns - shift_); }
  const Clock& clock() const { return *clock_; }

 private:
  const Clock* clock_;
  std::int64_t last_;
  std::int64_t shift_ = 0;
  std::int64_t steps_back_ = 0;
};

}  // namespace jetmeter
