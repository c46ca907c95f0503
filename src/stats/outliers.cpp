#include <algorithm>
#include <cmath>

#include "jetmeter/stats.h"
#include "stats/ascending_quantiles.h"

namespace jetmeter {
namespace {

constexpr double kRanges = 3;
constexpr double kLeastOfMedian = 0.01;
constexpr std::size_t kMostIndices = 100;
constexpr std::size_t kLeastSamples = 4;  // below there are no quartiles to speak of

Interval fences(std::span<const double> samples) {
  stats::AscendingQuantiles quantiles(samples);
  const double lower = quantiles.next(0.25), median = quantiles.next(0.5);
  const double upper = quantiles.next(0.75);
  const double reach = kRanges * (upper - lower), least = kLeastOfMedian * std::abs(median);
  return {std::min(lower - reach, median - least), std::max(upper + reach, median + least)};
}

}  // namespace

Outliers outliers(std::span<const double> in_time_order) {
  Outliers found;
  if (in_time_order.size() < kLeastSamples) return found;
  const Interval inside = fences(in_time_order);
  for (std::size_t i = 0; i < in_time_order.size(); ++i) {
    if (inside.contains(in_time_order[i])) continue;
    ++(in_time_order[i] < inside.low ? found.low : found.high);
    if (found.first.size() < kMostIndices) found.first.push_back(static_cast<std::int64_t>(i));
  }
  return found;
}

}  // namespace jetmeter
