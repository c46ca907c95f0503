#include "sweep/pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace jetmeter {
namespace {

constexpr std::array kAll{SweepMetric::latency_p50, SweepMetric::latency_p99,
                          SweepMetric::throughput, SweepMetric::memory_peak, SweepMetric::energy};

bool completed(const SweepRow& row) {
  return row.status == "completed";
}

std::optional<double> value_of(const SweepRow& row, SweepMetric metric) {
  switch (metric) {
    case SweepMetric::latency_p50: return row.latency_p50_ms;
    case SweepMetric::latency_p99: return row.latency_p99_ms;
    case SweepMetric::throughput: return row.throughput_fps;
    case SweepMetric::energy: return row.joules_per_frame;
    case SweepMetric::memory_peak: break;
  }
  return row.peak_bytes ? std::optional(static_cast<double>(*row.peak_bytes)) : std::nullopt;
}

void set_value(SweepRow& row, SweepMetric metric, std::optional<double> value) {
  switch (metric) {
    case SweepMetric::latency_p50: row.latency_p50_ms = value; return;
    case SweepMetric::latency_p99: row.latency_p99_ms = value; return;
    case SweepMetric::throughput: row.throughput_fps = value; return;
    case SweepMetric::energy: row.joules_per_frame = value; return;
    case SweepMetric::memory_peak: break;
  }
  row.peak_bytes = value ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
}

// REQUIRES: not empty.
double median(std::vector<double> values) {
  std::ranges::sort(values);
  const auto middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void pool_metric(SweepRow& into, std::span<const SweepRow* const> runs, SweepMetric metric) {
  constexpr std::size_t kEnoughForASpread = 3;
  std::vector<double> values, ends;
  std::size_t with_range = 0;
  for (const auto* run : runs) {
    const auto value = comparable_value(*run, metric);
    if (!value) continue;
    values.push_back(*value);
    const auto range = range_of(*run, metric);
    if (range) ++with_range;
    ends.push_back(range ? range->low : *value);
    ends.push_back(range ? range->high : *value);
  }
  into.ranges.erase(metric);
  set_value(into, metric, values.empty() ? std::nullopt : std::optional(median(values)));
  if (values.empty()) return;
  if (with_range < values.size() && values.size() < kEnoughForASpread) return;
  const auto [low, high] = std::ranges::minmax(ends);
  into.ranges[metric] = {low, high};
}

SweepRow pooled_row(std::span<const SweepRow* const> runs) {
  if (runs.size() == 1) return *runs.front();
  const auto done = std::ranges::count_if(runs, [](const auto* run) { return completed(*run); });
  const auto first_done =
      std::ranges::find_if(runs, [](const auto* run) { return completed(*run); });
  SweepRow row = done > 0 ? **first_done : *runs.front();
  row.runs = static_cast<int>(done);
  if (done == 0) return row;
  for (const auto metric : kAll) pool_metric(row, runs, metric);
  const auto failed = std::ranges::find_if(runs, [](const auto* run) { return !completed(*run); });
  if (failed != runs.end())
    row.reason = fmt::format("{} of {} runs {}: {}", std::ssize(runs) - done, runs.size(),
                             (*failed)->status, (*failed)->reason);
  return row;
}

std::vector<bool> best_configurations(std::span<const SweepRow> rows, SweepMetric metric,
                                      bool more_is_better) {
  std::vector<bool> best(rows.size());
  const SweepRow* top = nullptr;
  std::size_t known = 0;
  for (const auto& row : rows) {
    const auto value = comparable_value(row, metric);
    if (!value) continue;
    ++known;
    const auto highest = top ? *comparable_value(*top, metric) : *value;
    if (!top || (more_is_better ? *value > highest : *value < highest)) top = &row;
  }
  const auto best_range = top ? range_of(*top, metric) : std::nullopt;
  if (known < 2 || !best_range) return best;
  std::size_t together = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto value = comparable_value(rows[i], metric);
    if (!value) continue;
    const auto range = range_of(rows[i], metric).value_or(SweepRange{*value, *value});
    best[i] = range.low <= best_range->high && range.high >= best_range->low;
    if (best[i]) ++together;
  }
  return together < known ? best : std::vector<bool>(rows.size());
}

}  // namespace

std::optional<double> comparable_value(const SweepRow& row, SweepMetric metric) {
  const auto value = completed(row) ? value_of(row, metric) : std::nullopt;
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<SweepRange> range_of(const SweepRow& row, SweepMetric metric) {
  constexpr double kMemory = 0.01;  // equal runs differ by less
  if (const auto own = row.ranges.find(metric); own != row.ranges.end()) return own->second;
  const auto value = comparable_value(row, metric);
  if (metric != SweepMetric::memory_peak || !value) return std::nullopt;
  return SweepRange{*value * (1 - kMemory), *value * (1 + kMemory)};
}

std::vector<std::size_t> configurations_of(std::span<const SweepRow> rows) {
  std::vector<std::size_t> configurations;
  std::vector<const SweepRow*> firsts;
  for (const auto& row : rows) {
    const auto known = std::ranges::find_if(firsts, [&](const auto* first) {
      return first->step.digest == row.step.digest && first->step.values == row.step.values;
    });
    configurations.push_back(static_cast<std::size_t>(known - firsts.begin()));
    if (known == firsts.end()) firsts.push_back(&row);
  }
  return configurations;
}

std::vector<SweepRow> pooled(std::span<const SweepRow> rows) {
  const auto configurations = configurations_of(rows);
  std::vector<std::vector<const SweepRow*>> runs;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    runs.resize(std::max(runs.size(), configurations[i] + 1));
    runs[configurations[i]].push_back(&rows[i]);
  }
  std::vector<SweepRow> all;
  for (const auto& each : runs) all.push_back(pooled_row(each));
  return all;
}

std::vector<bool> best_rows(std::span<const SweepRow> rows, SweepMetric metric,
                            bool more_is_better) {
  const auto best = best_configurations(pooled(rows), metric, more_is_better);
  const auto configurations = configurations_of(rows);
  std::vector<bool> all;
  for (std::size_t i = 0; i < rows.size(); ++i)
    all.push_back(best[configurations[i]] && comparable_value(rows[i], metric));
  return all;
}

}  // namespace jetmeter
