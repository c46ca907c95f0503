#include <algorithm>
#include <cassert>
#include <cmath>

#include "jetmeter/stats.h"

namespace jetmeter {

double median_absolute_deviation(std::span<const double> sorted) {
  assert(!sorted.empty());
  const double median = quantile(sorted, 0.5);
  std::vector<double> deviations(sorted.size());
  std::ranges::transform(sorted, deviations.begin(),
                         [median](double x) { return std::abs(x - median); });
  // They fall up to the median and rise from there on: two runs to merge.
  const auto turn = std::ranges::lower_bound(sorted, median) - sorted.begin();
  std::reverse(deviations.begin(), deviations.begin() + turn);
  std::inplace_merge(deviations.begin(), deviations.begin() + turn, deviations.end());
  return quantile(deviations, 0.5);
}

}  // namespace jetmeter
