#include "cli/sweep_row.h"

#include <algorithm>
#include <string_view>

namespace jetmeter {
namespace {

void add_quantile_range(SweepRow& row, const StatisticsRecord& statistics,
                        std::string_view quantile, SweepMetric metric) {
  const auto found =
      std::ranges::find(statistics.quantiles, quantile, &BelievedQuantileRecord::name);
  if (found == statistics.quantiles.end() || !found->low_ms || !found->high_ms) return;
  row.ranges[metric] = {*found->low_ms, *found->high_ms};
}

// Where the model alone sets the pace, frames a second are known as far as the mean latency is.
void add_throughput_range(SweepRow& row, const SlotRecord& slot) {
  const bool paced =
      !slot.load || (slot.load->scenario != "single" && slot.load->scenario != "multi");
  const auto& statistics = *slot.statistics;
  const auto& mean = slot.latency_ms.mean;
  if (paced || !slot.throughput_fps || !mean || !statistics.mean_low_ms ||
      !statistics.mean_high_ms || *statistics.mean_low_ms <= 0)
    return;
  row.ranges[SweepMetric::throughput] = {*slot.throughput_fps * *mean / *statistics.mean_high_ms,
                                         *slot.throughput_fps * *mean / *statistics.mean_low_ms};
}

}  // namespace

SweepRow sweep_row(const SweepStep& step, const Record* record) {
  SweepRow row{step, "failed", "", {}, {}, {}, {}, {}};
  if (!record || record->slots.empty()) return row;
  const auto& slot = record->slots.front();
  row.status = name(slot.status);
  row.reason = slot.reason;
  row.latency_p50_ms = slot.latency_ms.p50;
  row.latency_p99_ms = slot.latency_ms.p99;
  row.throughput_fps = slot.throughput_fps;
  row.peak_bytes = slot.memory.peak_bytes;
  if (slot.energy) row.joules_per_frame = slot.energy->joules_per_frame;
  if (!slot.statistics) return row;
  add_quantile_range(row, *slot.statistics, "p50", SweepMetric::latency_p50);
  add_quantile_range(row, *slot.statistics, "p99", SweepMetric::latency_p99);
  add_throughput_range(row, slot);
  return row;
}

}  // namespace jetmeter
