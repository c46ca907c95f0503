// What a channel was in the past, in bounded memory: when it is full, every second point goes and
// from then on only every second reading is kept. Memory is taken at construction.
#pragma once

#include <span>
#include <vector>

#include "jetmeter/sampler.h"

namespace jetmeter {

class History {
 public:
  explicit History(std::size_t capacity);

  void add(Nanoseconds at, double value);
  // Oldest first; the newest reading is always the last one.
  std::vector<HistoryPoint> points() const;

 private:
  void thin();

  std::size_t capacity_;
  std::vector<HistoryPoint> kept_;
  std::size_t stride_ = 1, skipped_ = 0;
  bool newest_is_extra_ = false;  // the last point is there only because it is the newest
};

}  // namespace jetmeter
