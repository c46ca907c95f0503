#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

#include "jetmeter/stats.h"
#include "stats/autocorrelation.h"

namespace jetmeter {
namespace {

// The sample at a quantile, and how many lie below it and at most at it.
struct Threshold {
  double value = 0;
  double below = 0, at_most = 0;
};

std::size_t rank_of(double q, std::size_t n) {
  return static_cast<std::size_t>(q * static_cast<double>(n - 1));
}

Threshold threshold_of(std::span<const double> samples, double q) {
  std::vector<double> ordered(samples.begin(), samples.end());
  const auto place = ordered.begin() + static_cast<std::ptrdiff_t>(rank_of(q, samples.size()));
  std::nth_element(ordered.begin(), place, ordered.end());
  Threshold threshold{.value = *place};
  for (const double x : samples) {
    threshold.below += x < threshold.value ? 1 : 0;
    threshold.at_most += x <= threshold.value ? 1 : 0;
  }
  return threshold;
}

Threshold threshold_of_sorted(std::span<const double> sorted, double q) {
  const double value = sorted[rank_of(q, sorted.size())];
  const auto equal = std::ranges::equal_range(sorted, value);
  return {value, static_cast<double>(equal.begin() - sorted.begin()),
          static_cast<double>(equal.end() - sorted.begin())};
}

// 1 where a sample is at most the q-quantile, 0 elsewhere. Where many samples equal the quantile,
// "below" splits them nearer to q than "at most" does.
stats::Bits indicators(std::span<const double> samples, const Threshold& threshold, double q) {
  const auto n = static_cast<double>(samples.size());
  const bool with_equal = std::abs(threshold.at_most / n - q) <= std::abs(threshold.below / n - q);
  stats::Bits bits(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i)
    bits.set(i, with_equal ? samples[i] <= threshold.value : samples[i] < threshold.value);
  return bits;
}

double worth(std::span<const double> in_time_order, const Threshold& threshold, double q) {
  return static_cast<double>(in_time_order.size()) /
         stats::autocorrelation_time(indicators(in_time_order, threshold, q),
                                     {.telling_share = 2 * std::min(q, 1 - q)});
}

}  // namespace

double effective_n(std::span<const double> in_time_order, double q) {
  assert(q > 0 && q < 1);
  if (in_time_order.empty()) return 0;
  return worth(in_time_order, threshold_of(in_time_order, q), q);
}

double effective_n(std::span<const double> in_time_order, std::span<const double> sorted,
                   double q) {
  assert(q > 0 && q < 1 && sorted.size() == in_time_order.size());
  if (in_time_order.empty()) return 0;
  return worth(in_time_order, threshold_of_sorted(sorted, q), q);
}

double mean_effective_n(std::span<const double> in_time_order) {
  if (in_time_order.empty()) return 0;
  return static_cast<double>(in_time_order.size()) /
         stats::autocorrelation_time({in_time_order.begin(), in_time_order.end()});
}

}  // namespace jetmeter
