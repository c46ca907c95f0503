#include "report/columns.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace jetmeter {
namespace {

using Slot = const SlotRecord&;

constexpr Notation kPlain{"", 0}, kMilliseconds{"ms", 2}, kPerSecond{"fps", 1}, kShare{"", 3},
    kFactor{"x", 2}, kBytes{"bytes", 0}, kJoules{"J", 3};

template <auto Member>
Cell latency(Slot slot) {
  return cell(slot.latency_ms.*Member);
}

// The part `get` of something that the slot may not have.
template <typename T, typename Get>
Cell part(const std::optional<T>& whole, Get get) {
  return whole ? Cell(get(*whole)) : Cell();
}

Cell stage_median(Slot slot, std::string_view name) {
  const auto stage = std::ranges::find(slot.stages_ms, name, &StageRecord::name);
  return stage == slot.stages_ms.end() ? Cell() : cell(stage->ms.p50);
}

Cell model_file(Slot slot) {
  if (!slot.model) return {};
  return cell(std::filesystem::path(slot.model->path).filename().string());
}

// Nothing was measured: no count at all rather than a count of 0.
Cell frames(Slot slot) {
  const bool ran = slot.frames > 0 || slot.status == SlotStatus::completed;
  return ran ? Cell(slot.frames) : Cell();
}

Cell within_limit(Slot slot) {
  const auto& within = slot.memory.within_limit;
  return within ? Cell(std::string(*within ? "yes" : "no")) : Cell();
}

Cell violations(Slot slot) {
  if (!slot.memory.within_limit) return {};
  return Cell(static_cast<std::int64_t>(slot.memory.violations.size()));
}

constexpr std::array kColumns{
    Column{"slot", "slot", kPlain, [](Slot s) { return cell(s.name); }},
    Column{"status", "status", kPlain, [](Slot s) { return cell(std::string(name(s.status))); }},
    Column{"reason", "reason", kPlain, [](Slot s) { return cell(s.reason); }},
    Column{"model", "model", kPlain, model_file},
    Column{"backend", "backend", kPlain,
           [](Slot s) { return s.backend ? cell(s.backend->name) : Cell(); }},
    Column{"device", "device", kPlain,
           [](Slot s) { return s.backend ? cell(s.backend->device) : Cell(); }},
    Column{"precision", "precision", kPlain,
           [](Slot s) { return s.backend ? cell(s.backend->precision) : Cell(); }},
    Column{"head", "head", kPlain,
           [](Slot s) { return s.pipeline ? cell(s.pipeline->head) : Cell(); }},
    Column{"source", "source", kPlain,
           [](Slot s) { return s.source ? cell(s.source->location) : Cell(); }},
    Column{"frames", "frames measured", kPlain, frames},
    Column{"frames_bad", "frames unusable", kPlain,
           [](Slot s) { return part(s.source, [](const auto& x) { return x.frames_bad; }); }},
    Column{"throughput_fps", "throughput", kPerSecond,
           [](Slot s) { return cell(s.throughput_fps); }},
    Column{"fps_from_latency", "1 / mean latency", kPerSecond,
           [](Slot s) { return cell(s.fps_from_latency); }},
    Column{"first_inference_ms", "first inference", kMilliseconds,
           [](Slot s) { return cell(s.first_inference_ms); }},
    Column{"latency_mean_ms", "latency mean", kMilliseconds, latency<&Summary::mean>},
    Column{"latency_stdev_ms", "latency stdev", kMilliseconds, latency<&Summary::stdev>},
    Column{"latency_min_ms", "latency min", kMilliseconds, latency<&Summary::min>},
    Column{"latency_p50_ms", "latency p50", kMilliseconds, latency<&Summary::p50>},
    Column{"latency_p90_ms", "latency p90", kMilliseconds, latency<&Summary::p90>},
    Column{"latency_p95_ms", "latency p95", kMilliseconds, latency<&Summary::p95>},
    Column{"latency_p99_ms", "latency p99", kMilliseconds, latency<&Summary::p99>},
    Column{"latency_p999_ms", "latency p99.9", kMilliseconds, latency<&Summary::p999>},
    Column{"latency_max_ms", "latency max", kMilliseconds, latency<&Summary::max>},
    Column{"acquire_p50_ms", "acquire p50", kMilliseconds,
           [](Slot s) { return stage_median(s, "acquire"); }},
    Column{"preprocess_p50_ms", "preprocess p50", kMilliseconds,
           [](Slot s) { return stage_median(s, "preprocess"); }},
    Column{"infer_p50_ms", "infer p50", kMilliseconds,
           [](Slot s) { return stage_median(s, "infer"); }},
    Column{"postprocess_p50_ms", "postprocess p50", kMilliseconds,
           [](Slot s) { return stage_median(s, "postprocess"); }},
    Column{
        "solo_latency_p50_ms", "latency p50 alone", kMilliseconds,
        [](Slot s) { return s.interference ? cell(s.interference->solo_latency_ms.p50) : Cell(); }},
    Column{"interference_factor", "interference", kFactor,
           [](Slot s) { return s.interference ? cell(s.interference->factor) : Cell(); }},
    Column{"deadline_ms", "deadline", kMilliseconds,
           [](Slot s) { return part(s.deadline, [](const auto& x) { return x.period_ms; }); }},
    Column{"deadline_misses", "deadline misses", kPlain,
           [](Slot s) { return part(s.deadline, [](const auto& x) { return x.misses; }); }},
    Column{"thermal_state", "thermal state", kPlain,
           [](Slot s) { return s.thermal ? cell(std::string(name(s.thermal->verdict))) : Cell(); }},
    Column{"thermal_ratio", "last minute / first", kFactor,
           [](Slot s) { return s.thermal ? cell(s.thermal->ratio) : Cell(); }},
    Column{"detections", "detections", kPlain,
           [](Slot s) { return part(s.detections, [](const auto& x) { return x.total; }); }},
    Column{
        "detections_per_frame",
        "detections per frame",
        {"", 2},
        [](Slot s) { return part(s.detections, [](const auto& x) { return x.per_frame_mean; }); }},
    Column{"map50", "mAP50", kShare,
           [](Slot s) { return s.accuracy ? cell(s.accuracy->map50) : Cell(); }},
    Column{"map50_95", "mAP50-95", kShare,
           [](Slot s) { return s.accuracy ? cell(s.accuracy->map50_95) : Cell(); }},
    Column{"precision50", "precision at IoU 0.5", kShare,
           [](Slot s) { return s.accuracy ? cell(s.accuracy->precision50) : Cell(); }},
    Column{"recall50", "recall at IoU 0.5", kShare,
           [](Slot s) { return s.accuracy ? cell(s.accuracy->recall50) : Cell(); }},
    Column{"memory_peak_bytes", "memory peak", kBytes,
           [](Slot s) { return cell(s.memory.peak_bytes); }},
    Column{"memory_mean_bytes", "memory mean", kBytes,
           [](Slot s) { return cell(s.memory.mean_bytes); }},
    Column{"memory_limit_bytes", "memory limit", kBytes,
           [](Slot s) { return cell(s.memory.limit_bytes); }},
    Column{"memory_enforcement", "limit enforced", kPlain,
           [](Slot s) { return s.memory.limit_bytes ? cell(s.memory.enforcement) : Cell(); }},
    Column{"memory_mechanism", "limit enforced by", kPlain,
           [](Slot s) { return s.memory.limit_bytes ? cell(s.memory.mechanism) : Cell(); }},
    Column{"memory_within_limit", "within the limit", kPlain, within_limit},
    Column{"memory_violations", "violations of the limit", kPlain, violations},
    Column{"memory_forecast_bytes", "memory forecast", kBytes,
           [](Slot s) { return s.memory.forecast ? cell(s.memory.forecast->peak_bytes) : Cell(); }},
    Column{"energy_rail", "energy measured at", kPlain,
           [](Slot s) { return s.energy ? cell(s.energy->rail) : Cell(); }},
    Column{"energy_joules_per_frame", "energy per frame", kJoules,
           [](Slot s) { return s.energy ? cell(s.energy->joules_per_frame) : Cell(); }},
    Column{"energy_coverage", "energy coverage", kShare,
           [](Slot s) { return s.energy ? cell(std::optional(s.energy->coverage)) : Cell(); }},
};

}  // namespace

std::span<const Column> slot_columns() {
  return kColumns;
}

}  // namespace jetmeter
