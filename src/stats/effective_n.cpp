#include <algorithm>
#include <cassert>
#include <cmath>

#include "jetmeter/stats.h"
#include "stats/autocorrelation.h"

namespace jetmeter {
namespace {

// 1 where a sample is at most the q-quantile, 0 elsewhere. Where many samples equal the quantile,
// "below" splits them nearer to q than "at most" does.
std::vector<double> indicators(std::span<const double> samples, double q) {
  std::vector<double> ordered(samples.begin(), samples.end());
  const auto rank = static_cast<std::ptrdiff_t>(q * static_cast<double>(samples.size() - 1));
  std::nth_element(ordered.begin(), ordered.begin() + rank, ordered.end());
  const double threshold = ordered[static_cast<std::size_t>(rank)];
  const auto n = static_cast<double>(samples.size());
  const auto below = static_cast<double>(
      std::ranges::count_if(samples, [threshold](double x) { return x < threshold; }));
  const auto at_most = static_cast<double>(
      std::ranges::count_if(samples, [threshold](double x) { return x <= threshold; }));
  const bool with_equal = std::abs(at_most / n - q) <= std::abs(below / n - q);
  std::ranges::transform(samples, ordered.begin(), [=](double x) {
    return x < threshold || (with_equal && x == threshold) ? 1.0 : 0.0;
  });
  return ordered;
}

}  // namespace

double effective_n(std::span<const double> in_time_order, double q) {
  assert(q > 0 && q < 1);
  if (in_time_order.empty()) return 0;
  return static_cast<double>(in_time_order.size()) /
         stats::autocorrelation_time(indicators(in_time_order, q),
                                     {.telling_share = 2 * std::min(q, 1 - q)});
}

double mean_effective_n(std::span<const double> in_time_order) {
  if (in_time_order.empty()) return 0;
  return static_cast<double>(in_time_order.size()) /
         stats::autocorrelation_time({in_time_order.begin(), in_time_order.end()});
}

}  // namespace jetmeter
