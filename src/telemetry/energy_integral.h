// Energy from readings of power. Keeps the integral, not the power: a history that grows coarser
// loses time resolution then, but no energy.
#pragma once

#include <optional>

#include "jetmeter/sampler.h"
#include "telemetry/history.h"

namespace jetmeter {

class EnergyIntegral {
 public:
  // Readings further apart than `longest_gap` leave the time between them uncovered.
  EnergyIntegral(std::size_t capacity, Nanoseconds longest_gap)
      : joules_(capacity), covered_(capacity), longest_gap_(longest_gap) {}

  // For the readings to come.
  void set_longest_gap(Nanoseconds gap) { longest_gap_ = gap; }
  void add(Nanoseconds at, double watts);
  // Between two times, linear between the points that are kept. Absent when nothing is covered.
  std::optional<Energy> between(Nanoseconds from, Nanoseconds to) const;

 private:
  History joules_, covered_;  // so far, at the same times
  Nanoseconds longest_gap_;
  std::optional<HistoryPoint> last_;  // of power
  double joules_so_far_ = 0, covered_so_far_ = 0;
};

}  // namespace jetmeter
