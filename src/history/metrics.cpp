#include <algorithm>
#include <cmath>

#include "jetmeter/history.h"

namespace jetmeter {
namespace {

class Collector {
 public:
  // What is no number is no metric, and a name's first value is its value.
  template <typename T>
  void add(std::string name, const std::optional<T>& value) {
    if (!value || !std::isfinite(static_cast<double>(*value))) return;
    const auto same = [&](const HistoryMetric& metric) { return metric.name == name; };
    if (std::ranges::any_of(metrics, same)) return;
    metrics.push_back({std::move(name), static_cast<double>(*value)});
  }

  void add(const std::string& name, const Summary& summary) {
    add(name + ".mean", summary.mean);
    add(name + ".stdev", summary.stdev);
    add(name + ".min", summary.min);
    add(name + ".max", summary.max);
    add(name + ".p50", summary.p50);
    add(name + ".p90", summary.p90);
    add(name + ".p95", summary.p95);
    add(name + ".p99", summary.p99);
    add(name + ".p999", summary.p999);
  }

  std::vector<HistoryMetric> metrics;
};

void add_results(Collector& to, const SlotRecord& slot) {
  if (slot.detections)
    to.add("detections.per_frame.mean", std::optional(slot.detections->per_frame_mean));
  if (slot.accuracy) {
    to.add("accuracy.map50", slot.accuracy->map50);
    to.add("accuracy.map50_95", slot.accuracy->map50_95);
    to.add("accuracy.precision50", slot.accuracy->precision50);
    to.add("accuracy.recall50", slot.accuracy->recall50);
  }
  if (slot.interference) to.add("interference.factor", slot.interference->factor);
  if (slot.deadline) to.add("deadline.misses", std::optional(slot.deadline->misses));
  if (slot.thermal) to.add("thermal.ratio", slot.thermal->ratio);
}

void add_costs(Collector& to, const SlotRecord& slot) {
  to.add("memory.peak_bytes", slot.memory.peak_bytes);
  to.add("memory.mean_bytes", slot.memory.mean_bytes);
  if (slot.energy) {
    to.add("energy.joules", std::optional(slot.energy->joules));
    to.add("energy.joules_per_frame", slot.energy->joules_per_frame);
    to.add("energy.mean_watts", slot.energy->mean_watts);
    to.add("energy.idle_watts", slot.energy->idle_watts);
    to.add("energy.joules_per_frame_above_idle", slot.energy->joules_per_frame_above_idle);
  }
  for (const auto& phase : slot.phases) {
    to.add("phases." + phase.name + ".seconds", std::optional(phase.seconds));
    to.add("phases." + phase.name + ".peak_bytes", phase.peak_bytes);
  }
}

void add_load(Collector& to, const LoadRecord& load) {
  to.add("load.found_per_second", load.found_per_second);
  to.add("load.issued", std::optional(load.issued));
  to.add("load.done", std::optional(load.done));
  to.add("load.dropped", std::optional(load.dropped));
  to.add("load.missed_deadline", std::optional(load.missed_deadline));
  to.add("load.unserved", std::optional(load.unserved));
  to.add("load.generator_late", std::optional(load.generator_late));
  to.add("load.service_ms", load.service_ms);
  to.add("load.lateness_ms", load.lateness_ms);
}

void add_belief(Collector& to, const StatisticsRecord& statistics) {
  to.add("statistics.effective_n", statistics.effective_n);
  to.add("statistics.mad_ms", statistics.mad_ms);
  to.add("statistics.drift_percent_per_minute", statistics.drift_percent_per_minute);
  to.add("statistics.drift_percent_over_run", statistics.drift_percent_over_run);
  to.add("statistics.settled_seconds", statistics.settled_seconds);
  for (const auto& quantile : statistics.quantiles) {
    to.add("statistics.quantiles." + quantile.name + ".low_ms", quantile.low_ms);
    to.add("statistics.quantiles." + quantile.name + ".high_ms", quantile.high_ms);
  }
}

void add_ladder(Collector& to, const SlotRecord& slot) {
  for (const auto& rung : slot.ladder) {
    to.add("ladder." + rung.name + ".ms", rung.ms);
    to.add("ladder." + rung.name + ".per_second", rung.per_second);
    to.add("ladder." + rung.name + ".added_ms", rung.added_ms);
  }
}

}  // namespace

std::vector<HistoryMetric> metrics_of(const SlotRecord& slot) {
  Collector collector;
  collector.add("throughput_fps", slot.throughput_fps);
  collector.add("fps_from_latency", slot.fps_from_latency);
  collector.add("first_inference_ms", slot.first_inference_ms);
  collector.add("latency_ms", slot.latency_ms);
  for (const auto& stage : slot.stages_ms) collector.add("stages_ms." + stage.name, stage.ms);
  add_results(collector, slot);
  add_costs(collector, slot);
  if (slot.load) add_load(collector, *slot.load);
  if (slot.statistics) add_belief(collector, *slot.statistics);
  add_ladder(collector, slot);
  return std::move(collector.metrics);
}

}  // namespace jetmeter
