#include "load/median_width.h"

#include <algorithm>
#include <vector>

#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

std::vector<double> latencies_in_time_order(const std::deque<LoadLane>& lanes) {
  std::vector<LatencyLog::Entry> entries;
  for (const auto& lane : lanes)
    if (lane.log)
      entries.insert(entries.end(), lane.log->data(), lane.log->data() + lane.log->size());
  if (lanes.size() > 1) std::ranges::stable_sort(entries, {}, &LatencyLog::Entry::ended_ns);
  std::vector<double> latencies;
  latencies.reserve(entries.size());
  for (const auto& entry : entries) latencies.push_back(static_cast<double>(entry.latency_ns));
  return latencies;
}

}  // namespace

std::optional<double> median_width_percent(const std::deque<LoadLane>& lanes) {
  auto latencies = latencies_in_time_order(lanes);
  if (latencies.empty()) return std::nullopt;
  const double independent = effective_n(latencies);
  std::ranges::sort(latencies);
  const double median = quantile(latencies, 0.5);
  const auto interval = quantile_interval(latencies, 0.5, independent);
  if (!interval || median <= 0) return std::nullopt;
  return 100 * (interval->high - interval->low) / 2 / median;
}

}  // namespace jetmeter
