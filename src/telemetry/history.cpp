#include "telemetry/history.h"

#include <algorithm>

namespace jetmeter {

History::History(std::size_t capacity) : capacity_(std::max<std::size_t>(capacity, 4)) {
  kept_.reserve(capacity_ + 1);
}

void History::add(Nanoseconds at, double value) {
  if (newest_is_extra_) kept_.pop_back();
  kept_.push_back({at, value});
  newest_is_extra_ = skipped_ + 1 < stride_ && kept_.size() > 1;
  skipped_ = newest_is_extra_ ? skipped_ + 1 : 0;
  if (!newest_is_extra_ && kept_.size() >= capacity_) thin();
}

void History::thin() {
  std::size_t out = 0;
  for (std::size_t i = 0; i < kept_.size(); i += 2) kept_[out++] = kept_[i];
  // An even number of points: the newest would be lost.
  newest_is_extra_ = kept_.size() % 2 == 0;
  if (newest_is_extra_) kept_[out++] = kept_.back();
  kept_.resize(out);
  skipped_ = newest_is_extra_ ? stride_ : 0;
  stride_ *= 2;
}

std::vector<HistoryPoint> History::points() const {
  return kept_;
}

}  // namespace jetmeter
