#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Of `group` consecutive samples each; the last takes what is left over.
std::vector<double> means_of_groups(std::span<const double> samples, std::size_t group) {
  std::vector<double> means(samples.size() / group);
  for (std::size_t i = 0; i < means.size(); ++i) {
    const auto from = i * group;
    means[i] = mean_of(i + 1 < means.size() ? samples.subspan(from, group) : samples.subspan(from));
  }
  return means;
}

// Twice the time that the series remembers: blocks of one time alone cut off so much of it that 95
// % intervals held the truth in 91 % of the draws of an AR(1) series with phi = 0.9. Shorter ones
// where so long ones would be fewer than eight.
std::int64_t block_for(std::span<const double> series) {
  constexpr double kNothing = 1.1;  // what independent samples seem to remember by chance
  constexpr double kTimes = 2, kEnough = 8;
  const auto n = static_cast<double>(series.size());
  const double time = n / mean_effective_n(series);
  if (time < kNothing) return 1;
  const double least = std::ceil(time);
  return static_cast<std::int64_t>(
      std::min(std::ceil(kTimes * time), std::max(least, std::floor(n / kEnough))));
}

}  // namespace

std::optional<MeanInterval> mean_interval(std::span<const double> in_time_order,
                                          const MeanOptions& options) {
  assert(options.most_groups > 0);
  if (in_time_order.empty()) return std::nullopt;
  const auto most = static_cast<std::size_t>(options.most_groups);
  const auto group = (in_time_order.size() + most - 1) / most;
  const auto means = means_of_groups(in_time_order, group);
  MeanInterval result;
  result.group = static_cast<std::int64_t>(group);
  result.block = block_for(means);
  const auto interval = bootstrap_interval(means, mean_of,
                                           {.rounds = options.rounds,
                                            .block = result.block,
                                            .seed = options.seed,
                                            .confidence = options.confidence});
  if (!interval) return std::nullopt;
  // The last group counts as one, however many it holds.
  const double left_over = mean_of(in_time_order) - mean_of(means);
  result.interval = {interval->low + left_over, interval->high + left_over};
  return result;
}

}  // namespace jetmeter
