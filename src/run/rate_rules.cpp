#include "run/rate_rules.h"

#include <algorithm>
#include <cmath>

#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

std::int64_t samples_of(const RateBound& bound) {
  std::int64_t count = bound.latency ? samples_needed(bound.quantile) : 1;
  if (bound.drop_percent && *bound.drop_percent > 0)
    count = std::max(count, static_cast<std::int64_t>(std::ceil(100 / *bound.drop_percent)));
  return count;
}

}  // namespace

StopRules trial_rules(const BenchSpec& bench, double per_second) {
  constexpr int kLeastTimes = 2, kMostTimes = 5;
  constexpr double kMargin = 1.5;  // for what is dropped, and for chance
  StopRules rules;
  rules.min_time = bench.trial_time;
  rules.min_count = std::min(samples_of(*bench.find_rate), rules.max_count);
  const std::chrono::duration<double> most =
      bench.find_rate->latency ? bench.stop.max_time : kMostTimes * bench.trial_time;
  const std::chrono::duration<double> enough(kMargin * static_cast<double>(rules.min_count) /
                                             per_second);
  rules.max_time =
      std::max<Nanoseconds>(kLeastTimes * rules.min_time,
                            std::chrono::duration_cast<Nanoseconds>(std::min(enough, most)));
  return rules;
}

StopRules measured_rules(const BenchSpec& bench) {
  auto rules = bench.stop;
  if (bench.find_rate && bench.find_rate->latency)
    rules.min_count = std::min(
        rules.max_count, std::max(rules.min_count, samples_needed(bench.find_rate->quantile)));
  return rules;
}

}  // namespace jetmeter
