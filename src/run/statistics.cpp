#include "run/statistics.h"

#include <algorithm>
#include <cassert>

namespace jetmeter {
namespace {

constexpr double kNanosecondsPerMillisecond = 1e6;
constexpr double kNanosecondsPerSecond = 1e9;

std::vector<TimedValue> timed(std::span<const FrameSample> samples) {
  std::vector<TimedValue> values;
  values.reserve(samples.size());
  const auto origin = samples.front().started_ns;
  for (const auto& sample : samples)
    values.push_back({static_cast<double>(sample.started_ns - origin) / kNanosecondsPerSecond,
                      static_cast<double>(sample.latency_ns) / kNanosecondsPerMillisecond});
  // Lanes hand their samples over in turns.
  std::ranges::stable_sort(values, {}, &TimedValue::seconds);
  return values;
}

// As many values as the samples are worth, evenly from the smallest to the largest.
std::vector<double> worth_of(std::span<const double> sorted, double worth) {
  const auto n = static_cast<double>(sorted.size());
  std::vector<double> values(static_cast<std::size_t>(std::clamp(worth, 0.0, n)));
  const auto step = n / static_cast<double>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = sorted[static_cast<std::size_t>((static_cast<double>(i) + 0.5) * step)];
  return values;
}

// What a sample is worth differs from quantile to quantile: outliers come in bursts.
void add_quantiles(StatisticsRecord& record, std::span<const double> in_time_order,
                   std::span<const double> sorted) {
  for (const auto& [name, q] : reported_quantiles()) {
    BelievedQuantileRecord quantile;
    quantile.name = name;
    const auto worth = effective_n(in_time_order, q);
    if (const auto interval = quantile_interval(sorted, q, worth)) {
      quantile.low_ms = interval->low;
      quantile.high_ms = interval->high;
    }
    // It rests on samples that know nothing of each other.
    const auto conservative = conservative_quantile(worth_of(sorted, worth), q);
    quantile.conservative_ms = conservative.estimate;
    quantile.conservative_needs = conservative.needs;
    record.quantiles.push_back(std::move(quantile));
  }
}

void add_mean(StatisticsRecord& record, std::span<const double> values) {
  const auto found = mean_interval(values);
  if (!found) return;
  record.mean_low_ms = found->interval.low;
  record.mean_high_ms = found->interval.high;
}

void add_course(StatisticsRecord& record, std::span<const TimedValue> values) {
  const auto drifted = drift(values);
  record.drift = drifted.verdict;
  record.drift_percent_per_minute = drifted.percent_per_minute;
  record.drift_percent_over_run = drifted.percent_over_run;
  record.drift_p_value = drifted.p_value;
  auto steady = steady_state(values);
  record.steady = steady.verdict;
  record.steady_reason = std::move(steady.reason);
  record.settled_seconds = steady.settled_seconds;
  for (const auto& window : steady.windows)
    record.windows.push_back(
        {window.from_seconds, window.to_seconds, window.n, window.median, window.throughput});
}

}  // namespace

StatisticsRecord statistics_record(std::span<const FrameSample> in_time_order) {
  assert(!in_time_order.empty());
  StatisticsRecord record;
  const auto course = timed(in_time_order);
  std::vector<double> values;
  values.reserve(course.size());
  for (const auto& point : course) values.push_back(point.value);
  auto sorted = values;
  std::ranges::sort(sorted);
  record.effective_n = effective_n(values);
  record.mad_ms = median_absolute_deviation(sorted);
  add_quantiles(record, values, sorted);
  add_mean(record, values);
  const auto far = outliers(values);
  record.outliers_low = far.low;
  record.outliers_high = far.high;
  add_course(record, course);
  for (const auto& mode : modes(sorted)) record.modes.push_back({mode.center, mode.share});
  if (record.modes.size() < 2) record.modes.clear();
  return record;
}

}  // namespace jetmeter
