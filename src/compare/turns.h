// Two runs that were measured in turn on one machine, a few inferences of one and then a few of the
// other: what slows the machine for longer than that meets neighbours alike, and cancels.
#pragma once

#include <optional>
#include <span>

#include "jetmeter/core.h"

namespace jetmeter {

// A value of every frame, in the order of time. REQUIRES: as many of both.
struct TurnFrames {
  Nanoseconds first_start{0};               // by the machine's monotonic clock
  std::span<const double> started_seconds;  // since then
  std::span<const double> values;           // not a number where a frame has none
};

// Of a turn's values, its first frame left out: that one found the caches as the other run had left
// them.
using OfTurn = double (*)(std::span<const double>);
double turn_median(std::span<const double>);
double turn_mean(std::span<const double>);

// Median ratio b/a over all turns that follow each other. Absent of fewer than eight such pairs.
std::optional<double> ratio_in_turn(const TurnFrames& a, const TurnFrames& b, OfTurn);

}  // namespace jetmeter
