#include <algorithm>
#include <cassert>
#include <cmath>

#include "jetmeter/stats.h"
#include "stats/ascending_quantiles.h"

namespace jetmeter {
namespace {

constexpr double kRanges = 3;
constexpr double kLeastOfMedian = 0.01;
constexpr std::size_t kMostIndices = 100;
constexpr std::size_t kLeastSamples = 4;  // below there are no quartiles to speak of

struct Quartiles {
  double lower = 0, median = 0, upper = 0;
};

Interval fences(const Quartiles& of) {
  const double reach = kRanges * (of.upper - of.lower);
  const double least = kLeastOfMedian * std::abs(of.median);
  return {std::min(of.lower - reach, of.median - least),
          std::max(of.upper + reach, of.median + least)};
}

Outliers outside(std::span<const double> in_time_order, const Interval& inside) {
  Outliers found{.inside = inside};
  for (std::size_t i = 0; i < in_time_order.size(); ++i) {
    if (inside.contains(in_time_order[i])) continue;
    ++(in_time_order[i] < inside.low ? found.low : found.high);
    if (found.first.size() < kMostIndices) found.first.push_back(static_cast<std::int64_t>(i));
  }
  return found;
}

}  // namespace

Outliers outliers(std::span<const double> in_time_order) {
  if (in_time_order.size() < kLeastSamples) return {};
  stats::AscendingQuantiles quantiles(in_time_order);
  Quartiles quartiles;
  quartiles.lower = quantiles.next(0.25);
  quartiles.median = quantiles.next(0.5);
  quartiles.upper = quantiles.next(0.75);
  return outside(in_time_order, fences(quartiles));
}

Outliers outliers(std::span<const double> in_time_order, std::span<const double> sorted) {
  assert(sorted.size() == in_time_order.size());
  if (sorted.size() < kLeastSamples) return {};
  return outside(in_time_order,
                 fences({quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)}));
}

}  // namespace jetmeter
