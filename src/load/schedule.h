#pragma once

#include <cstdint>
#include <vector>

#include "jetmeter/load.h"

namespace jetmeter {

// Everything that will be due, before `horizon` and at most `max_count` of it. Immutable.
class ArrivalPlan {
 public:
  // Fails when the plan would not fit into a reasonable amount of memory.
  // REQUIRES: a scheduled scenario that check_scenario() lets pass.
  static Result<ArrivalPlan> make(const Scenario&, Nanoseconds horizon, std::int64_t max_count);

  std::int64_t size() const { return size_; }
  // Since the start. REQUIRES: 0 <= index < size().
  std::int64_t due_ns(std::int64_t index) const {
    return due_.empty() ? regular_due_ns(index) : due_[static_cast<std::size_t>(index)];
  }
  // How many are due before `offset_ns`.
  std::int64_t count_before(std::int64_t offset_ns) const;

 private:
  std::int64_t regular_due_ns(std::int64_t index) const;

  double per_second_ = 0;
  std::int64_t size_ = 0;
  std::vector<std::int64_t> due_;  // empty when it can be computed: `rate`
};

}  // namespace jetmeter
