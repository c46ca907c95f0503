#include "load/due_queue.h"

#include <algorithm>

namespace jetmeter {

DueQueue::Given DueQueue::enter(std::int64_t offset_ns) {
  const std::scoped_lock lock(mutex_);
  auto given = give(offset_ns);
  if (absent_ > 0) --absent_;
  return given;
}

DueQueue::Given DueQueue::take(std::int64_t offset_ns) {
  const std::scoped_lock lock(mutex_);
  return give(offset_ns);
}

DueQueue::Given DueQueue::give(std::int64_t offset_ns) {
  Given given;
  given.dropped = admit(offset_ns);
  if (waiting_count_ > 0) {
    given.index = waiting_.front().first++;
    --waiting_count_;
    if (waiting_.front().empty()) waiting_.pop_front();
  } else if (next_ < plan_.size()) {
    given.index = next_++;
  }
  return given;
}

IndexRange DueQueue::drop_until(std::int64_t offset_ns) {
  const std::scoped_lock lock(mutex_);
  return admit(offset_ns);
}

// Nothing left the queue since the last call, so what arrived first took what room there was.
IndexRange DueQueue::admit(std::int64_t offset_ns) {
  if (!capacity_) return {};  // the order of the plan is the order of the queue
  auto due_end = next_;
  if (next_ < plan_.size() && plan_.due_ns(next_) < offset_ns)
    due_end = std::max(next_, plan_.count_before(offset_ns));
  const auto room = std::max<std::int64_t>(0, *capacity_ + absent_ - waiting_count_);
  const auto queued_end = next_ + std::min(room, due_end - next_);
  const IndexRange queued{next_, queued_end}, dropped{queued_end, due_end};
  next_ = due_end;
  if (!queued.empty()) {
    waiting_.push_back(queued);
    waiting_count_ += queued.size();
  }
  return dropped;
}

}  // namespace jetmeter
