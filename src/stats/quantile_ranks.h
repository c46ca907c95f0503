// Where the limits of a quantile's interval lie among order statistics.
#pragma once

#include <optional>

#include "jetmeter/stats.h"

namespace jetmeter::stats {

// Ranks between 1 and n, not whole: the binomial probabilities are continued by the beta function.
// Absent where a limit would lie beyond the smallest or the largest of n samples.
// REQUIRES: n > 0, 0 < q < 1.
std::optional<Interval> quantile_ranks(double n, double q, double confidence);

// The value at rank `rank` of `of_n` samples that are known by the order statistics of more:
// ranks are midpoints of equal shares. REQUIRES: `sorted` ascending and not empty.
double value_at_rank(std::span<const double> sorted, double rank, double of_n);

}  // namespace jetmeter::stats
