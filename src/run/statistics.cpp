#include "run/statistics.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace jetmeter {
namespace {

constexpr double kNanosecondsPerMillisecond = 1e6;
constexpr double kNanosecondsPerSecond = 1e9;

double latency_ms(const FrameSample& sample) {
  return static_cast<double>(sample.latency_ns) / kNanosecondsPerMillisecond;
}

std::vector<TimedValue> timed(std::span<const FrameSample> samples) {
  std::vector<TimedValue> values;
  values.reserve(samples.size());
  const auto origin = samples.front().started_ns;
  for (const auto& sample : samples)
    values.push_back({static_cast<double>(sample.started_ns - origin) / kNanosecondsPerSecond,
                      latency_ms(sample)});
  // Lanes hand their samples over in turns.
  if (!std::ranges::is_sorted(values, {}, &TimedValue::seconds))
    std::ranges::stable_sort(values, {}, &TimedValue::seconds);
  return values;
}

std::vector<double> latencies_in_time_order(std::span<const FrameSample> samples) {
  const auto course = timed(samples);
  std::vector<double> values(course.size());
  std::ranges::transform(course, values.begin(), &TimedValue::value);
  return values;
}

// LoadGen's rule takes samples for independent. The headline does not.
void add_conservative(BelievedQuantileRecord& record, double q, std::span<const double> sorted) {
  const auto n = static_cast<std::int64_t>(sorted.size());
  const auto at = [&](std::int64_t i) { return sorted[static_cast<std::size_t>(i)]; };
  if (const auto plain = conservative_rank(n, q); plain.from_top > 0) {
    record.loadgen_ms = at(n - plain.from_top);
    record.loadgen_rank_from_top = plain.from_top;
  }
  const auto found = conservative_quantile(sorted, q, *record.effective_n);
  record.conservative_needs = found.needs;
  if (!found.estimate) return;
  record.conservative_ms = found.estimate;
  record.conservative_rank_from_top = found.rank_from_top;
}

// What a sample is worth differs from quantile to quantile: outliers come in bursts.
void add_quantiles(StatisticsRecord& record, std::span<const double> in_time_order,
                   std::span<const double> sorted) {
  const auto n = static_cast<std::int64_t>(sorted.size());
  for (const auto& [name, q] : reported_quantiles()) {
    BelievedQuantileRecord quantile;
    quantile.name = name;
    quantile.effective_n = effective_n(in_time_order, sorted, q);
    if (q == 0.5) record.effective_n = quantile.effective_n;
    if (const auto ranks = quantile_interval_ranks(n, q, *quantile.effective_n)) {
      quantile.low_rank = ranks->low;
      quantile.high_rank = ranks->high;
      const auto interval = *quantile_interval(sorted, q, *quantile.effective_n);
      quantile.low_ms = interval.low;
      quantile.high_ms = interval.high;
    }
    add_conservative(quantile, q, sorted);
    record.quantiles.push_back(std::move(quantile));
  }
}

void add_mean(StatisticsRecord& record, std::span<const double> in_time_order) {
  const auto found = mean_interval(in_time_order);
  if (!found) return;
  record.mean_low_ms = found->interval.low;
  record.mean_high_ms = found->interval.high;
  record.mean_group = found->group;
  record.mean_block = found->block;
}

// The first so many of them, by the index under which frames.jsonl has them.
std::vector<std::int64_t> first_outside(std::span<const FrameSample> samples,
                                        const Interval& inside, std::size_t most) {
  std::vector<std::pair<std::int64_t, std::int64_t>> found;  // when it began, its index
  for (const auto& sample : samples)
    if (!inside.contains(latency_ms(sample))) found.emplace_back(sample.started_ns, sample.index);
  std::ranges::sort(found);
  std::vector<std::int64_t> indices;
  for (std::size_t i = 0; i < std::min(most, found.size()); ++i) indices.push_back(found[i].second);
  return indices;
}

void add_outliers(StatisticsRecord& record, std::span<const FrameSample> samples,
                  const Outliers& far) {
  record.outliers_low = far.low;
  record.outliers_high = far.high;
  if (!far.inside) return;
  record.outliers_below_ms = far.inside->low;
  record.outliers_above_ms = far.inside->high;
  if (!far.first.empty())
    record.outliers_first = first_outside(samples, *far.inside, far.first.size());
}

void add_scatter(StatisticsRecord& record, std::span<const FrameSample> samples) {
  const auto values = latencies_in_time_order(samples);
  auto sorted = values;
  std::ranges::sort(sorted);
  record.mad_ms = median_absolute_deviation(sorted);
  add_quantiles(record, values, sorted);
  add_mean(record, values);
  add_outliers(record, samples, outliers(values, sorted));
  for (const auto& mode : modes(sorted)) record.modes.push_back({mode.center, mode.share});
  if (record.modes.size() < 2) record.modes.clear();
}

void add_course(StatisticsRecord& record, std::span<const FrameSample> samples) {
  const auto values = timed(samples);
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
  add_scatter(record, in_time_order);  // its copies are gone before the next are made
  add_course(record, in_time_order);
  return record;
}

}  // namespace jetmeter
