#include "run/trial_watch.h"

namespace jetmeter {

void TrialWatch::saw(const LoadSample& sample) {
  // So few say nothing of what the work alone takes, which ends a search.
  constexpr std::int64_t kLeast = 11;
  const bool was_dropped = sample.outcome == Outcome::dropped;
  const bool was_over =
      !was_dropped && bound_.latency && sample.latency_ns() > bound_.latency->count();
  const auto seen = seen_.fetch_add(1, std::memory_order_relaxed) + 1;
  const auto over =
      over_.fetch_add(was_over ? 1 : 0, std::memory_order_relaxed) + (was_over ? 1 : 0);
  const auto dropped =
      dropped_.fetch_add(was_dropped ? 1 : 0, std::memory_order_relaxed) + (was_dropped ? 1 : 0);
  if (seen >= kLeast && (over > allowed_.over || dropped > allowed_.dropped)) lost_ = ends_ = true;
  look();
}

void TrialWatch::look() {
  if (asked_ && asked_->load(std::memory_order_relaxed)) ends_ = true;
}

}  // namespace jetmeter
