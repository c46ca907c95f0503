#include "compare/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "compare/turns.h"

namespace jetmeter {
namespace {

const Summary* summary_of(const SlotRecord& slot, std::string_view key) {
  if (key == "latency_ms") return &slot.latency_ms;
  constexpr std::string_view kStages = "stages_ms.";
  if (!key.starts_with(kStages)) return nullptr;
  const auto found =
      std::ranges::find(slot.stages_ms, key.substr(kStages.size()), &StageRecord::name);
  return found == slot.stages_ms.end() ? nullptr : &found->ms;
}

std::optional<double> quantile_in(const Summary& summary, double q) {
  for (const auto& reported : reported_quantiles()) {
    if (reported.q != q) continue;
    if (reported.name == "p50") return summary.p50;
    if (reported.name == "p90") return summary.p90;
    if (reported.name == "p95") return summary.p95;
    if (reported.name == "p99") return summary.p99;
    if (reported.name == "p999") return summary.p999;
  }
  return std::nullopt;
}

std::optional<double> as_double(const std::optional<std::uint64_t>& bytes) {
  return bytes ? std::optional(static_cast<double>(*bytes)) : std::nullopt;
}

std::optional<double> single_value(std::string_view name, const SlotRecord& slot) {
  if (name == "throughput_fps") return slot.throughput_fps;
  if (name == "first_inference_ms") return slot.first_inference_ms;
  if (name == "memory.peak_bytes") return as_double(slot.memory.peak_bytes);
  if (name == "energy.joules_per_frame")
    return slot.energy ? slot.energy->joules_per_frame : std::nullopt;
  if (name == "accuracy.map50") return slot.accuracy ? slot.accuracy->map50 : std::nullopt;
  if (name == "load_seconds") {
    const auto load = std::ranges::find(slot.phases, "load", &PhaseRecord::name);
    return load == slot.phases.end() ? std::nullopt : std::optional(load->seconds);
  }
  return std::nullopt;
}

// In the order of the records, then what only the samples know.
std::vector<std::string> stages_of(const ComparedSlot& a, const ComparedSlot& b) {
  std::vector<std::string> keys;
  const auto add = [&](std::string key) {
    if (std::ranges::find(keys, key) == keys.end()) keys.push_back(std::move(key));
  };
  for (const auto* slot : {&a, &b})
    for (const auto& stage : slot->record->stages_ms) add("stages_ms." + stage.name);
  for (const auto* slot : {&a, &b})
    if (slot->samples)
      for (const auto& [key, values] : *slot->samples)
        if (key.starts_with("stages_ms.")) add(key);
  return keys;
}

std::vector<Metric> candidates(const ComparedSlot& a, const ComparedSlot& b) {
  std::vector<Metric> all;
  for (const auto& reported : reported_quantiles())
    if (reported.name != "p999")
      all.push_back({"latency_ms." + std::string(reported.name), Better::lower, Evidence::quantile,
                     "latency_ms", reported.q});
  all.push_back({"latency_ms.mean", Better::lower, Evidence::mean, "latency_ms"});
  for (const auto& key : stages_of(a, b))
    all.push_back({key + ".p50", Better::lower, Evidence::quantile, key, 0.5});
  all.push_back({"throughput_fps", Better::higher, Evidence::throughput});
  all.push_back({"first_inference_ms"});
  all.push_back({"load_seconds"});
  // Runs that were alike have had peaks a quarter apart: one a side says nothing.
  all.push_back({"memory.peak_bytes"});
  all.push_back({"energy.joules_per_frame"});
  all.push_back({"accuracy.map50", Better::higher, Evidence::repeats});
  return all;
}

// The energy of a GPU and that of a whole board are no two values of one thing.
bool measured_at_other_rails(const ComparedSlot& a, const ComparedSlot& b) {
  const auto &first = a.record->energy, &second = b.record->energy;
  return first && second && first->rail != second->rail;
}

}  // namespace

ComparedSlot::ComparedSlot(const SlotRecord& of, const SlotSamples* raw,
                           std::optional<Nanoseconds> first)
    : record(&of), samples(raw), first_start(first) {
  if (!samples) return;
  for (const auto& [key, unused] : *samples)
    if (key == "latency_ms" || key.starts_with("stages_ms."))
      if (const auto values = samples_of(*this, key); !values.empty())
        summaries[key] = summarise(values);
}

std::vector<double> samples_of(const ComparedSlot& slot, std::string_view key) {
  if (!slot.samples) return {};
  const auto found = slot.samples->find(key);
  if (found == slot.samples->end()) return {};
  auto values = found->second;
  std::erase_if(values, [](double x) { return !std::isfinite(x); });
  return values;
}

std::vector<double> gaps_of(const ComparedSlot& slot) {
  auto starts = samples_of(slot, "started_seconds");
  if (starts.size() < 2) return {};
  std::ranges::sort(starts);  // several in flight are written as they end
  std::vector<double> gaps;
  for (std::size_t i = 1; i < starts.size(); ++i) gaps.push_back(starts[i] - starts[i - 1]);
  return gaps;
}

namespace {

bool took_turns(const ComparedSlot& slot) {
  return slot.samples && slot.first_start && slot.record->load &&
         slot.record->load->turns.value_or(0) > 0;
}

// Of every frame; empty where the slot has none of it.
std::vector<double> all_of(const ComparedSlot& slot, std::string_view key) {
  const auto found = slot.samples->find(key);
  return found == slot.samples->end() ? std::vector<double>() : found->second;
}

// From the start of the frame before to its own. That of a turn's first frame, which counts for
// nothing, has the other run's turn in it.
std::vector<double> gaps_before(const std::vector<double>& starts) {
  std::vector<double> gaps(starts.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 1; i < starts.size(); ++i) gaps[i] = starts[i] - starts[i - 1];
  return gaps;
}

}  // namespace

std::optional<double> ratio_in_turn(const Metric& metric, const ComparedSlot& a,
                                    const ComparedSlot& b) {
  const bool is_median = metric.evidence == Evidence::quantile && metric.q == 0.5;
  const bool is_rate = metric.evidence == Evidence::throughput;
  if (!is_median && !is_rate && metric.evidence != Evidence::mean) return std::nullopt;
  if (!took_turns(a) || !took_turns(b)) return std::nullopt;
  const auto starts_a = all_of(a, "started_seconds"), starts_b = all_of(b, "started_seconds");
  const auto of_a = is_rate ? gaps_before(starts_a) : all_of(a, metric.from);
  const auto of_b = is_rate ? gaps_before(starts_b) : all_of(b, metric.from);
  if (of_a.size() != starts_a.size() || of_b.size() != starts_b.size()) return std::nullopt;
  const auto ratio =
      ratio_in_turn({*a.first_start, starts_a, of_a}, {*b.first_start, starts_b, of_b},
                    is_median ? turn_median : turn_mean);
  return ratio && is_rate ? std::optional(1 / *ratio) : ratio;
}

std::optional<double> value_of(const Metric& metric, const ComparedSlot& slot) {
  const auto raw = slot.summaries.find(metric.from);
  const auto* summary =
      raw != slot.summaries.end() ? &raw->second : summary_of(*slot.record, metric.from);
  if (!summary) return single_value(metric.name, *slot.record);
  return metric.evidence == Evidence::mean ? summary->mean : quantile_in(*summary, metric.q);
}

std::vector<Metric> metrics_of(const ComparedSlot& a, const ComparedSlot& b) {
  auto all = candidates(a, b);
  std::erase_if(all, [&](const Metric& m) {
    if (m.name.starts_with("energy.") && measured_at_other_rails(a, b)) return true;
    return !value_of(m, a) && !value_of(m, b);
  });
  return all;
}

}  // namespace jetmeter
