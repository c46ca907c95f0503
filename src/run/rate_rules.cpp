#include "run/rate_rules.h"

#include <algorithm>
#include <cmath>

namespace jetmeter {
namespace {

constexpr double kMargin = 1.5;  // for what is dropped, and for chance

double seconds_of(Nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

// More than the bound takes where a latency is bounded: its samples are worth less than they are.
std::int64_t samples_of(const RateBound& bound) {
  constexpr std::int64_t kShare = 4, kLeast = 25;
  const auto needs = samples_to_confirm(bound);
  return bound.latency ? needs + std::max(needs / kShare, kLeast) : needs;
}

}  // namespace

StopRules trial_rules(const BenchSpec& bench, double per_second) {
  constexpr int kLeastTimes = 2;
  StopRules rules;
  rules.min_time = bench.trial_time;
  rules.min_count = std::min(samples_of(*bench.find_rate), rules.max_count);
  const std::chrono::duration<double> most = bench.stop.max_time;
  const std::chrono::duration<double> enough(kMargin * static_cast<double>(rules.min_count) /
                                             per_second);
  rules.max_time =
      std::max<Nanoseconds>(kLeastTimes * rules.min_time,
                            std::chrono::duration_cast<Nanoseconds>(std::min(enough, most)));
  return rules;
}

std::optional<StopRules> longer_trial(const BenchSpec& bench, double per_second,
                                      const StopRules& first, std::int64_t wants) {
  constexpr double kWorthIt = 1.2;
  const auto most = seconds_of(bench.stop.max_time);
  const double had =
      std::max(static_cast<double>(first.min_count), per_second * seconds_of(first.min_time));
  auto rules = first;
  const double count = std::min(
      {static_cast<double>(wants), per_second * most, static_cast<double>(rules.max_count)});
  if (count < kWorthIt * had) return std::nullopt;
  rules.min_count = static_cast<std::int64_t>(count);
  const std::chrono::duration<double> enough(std::min(kMargin * count / per_second, most));
  rules.max_time = std::max(rules.max_time, std::chrono::duration_cast<Nanoseconds>(enough));
  return rules;
}

std::int64_t most_requests(const StopRules& rules, double per_second) {
  constexpr double kDeviations = 4, kFew = 10;
  const double mean = per_second * seconds_of(rules.max_time);
  return static_cast<std::int64_t>(
      std::min(mean + kDeviations * std::sqrt(mean) + kFew, static_cast<double>(rules.max_count)));
}

StopRules measured_rules(const BenchSpec& bench) {
  auto rules = bench.stop;
  if (bench.find_rate)
    rules.min_count =
        std::min(rules.max_count, std::max(rules.min_count, samples_of(*bench.find_rate)));
  return rules;
}

}  // namespace jetmeter
