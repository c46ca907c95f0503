#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

#include "load/schedule.h"

namespace jetmeter {

// Indices [first, last) of a plan or of a count.
struct IndexRange {
  std::int64_t first = 0, last = 0;
  std::int64_t size() const { return last - first; }
  bool empty() const { return first >= last; }
};

// Hands the items of a plan to the lanes that are free. A lane that asks while nothing waits gets
// the next item that will be due, and is free until then; so what becomes due unassigned does so
// while every lane is busy, and joins the queue or is dropped. Any thread.
class DueQueue {
 public:
  // `capacity`: how many may wait; absent: any number. 0 drops what is due while all are busy.
  // `lanes`: how many will enter; for each that has not, one more item waits, because that lane is
  // free to take it however late its thread wakes.
  DueQueue(const ArrivalPlan& plan, std::optional<std::int64_t> capacity, int lanes = 0)
      : plan_(plan), capacity_(capacity), absent_(lanes) {}

  struct Given {
    std::optional<std::int64_t> index;  // absent: nothing is left
    IndexRange dropped;                 // found by this call; each is reported once
  };
  // Of a lane's first item; it was free all the time before `offset_ns`.
  Given enter(std::int64_t offset_ns);
  // For a lane that is free at `offset_ns` since the start.
  Given take(std::int64_t offset_ns);
  // What became due before `offset_ns`, without taking anything.
  IndexRange drop_until(std::int64_t offset_ns);

 private:
  IndexRange admit(std::int64_t offset_ns);
  Given give(std::int64_t offset_ns);

  const ArrivalPlan& plan_;
  const std::optional<std::int64_t> capacity_;
  std::mutex mutex_;
  std::int64_t absent_;    // lanes that have not entered
  std::int64_t next_ = 0;  // neither assigned, nor waiting, nor dropped
  std::deque<IndexRange> waiting_;
  std::int64_t waiting_count_ = 0;
};

}  // namespace jetmeter
