#include "run/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <numeric>
#include <unordered_map>

#include "run/bound_check.h"
#include "run/ladder.h"
#include "run/layer_records.h"
#include "run/statistics.h"

namespace jetmeter {
namespace {

constexpr double kNanosecondsPerMillisecond = 1e6;
constexpr double kNanosecondsPerSecond = 1e9;

using SampleField = std::int64_t FrameSample::*;

Summary summarise_field(std::span<const FrameSample> samples, SampleField field) {
  std::vector<double> values;
  values.reserve(samples.size());
  for (const auto& sample : samples)
    values.push_back(static_cast<double>(sample.*field) / kNanosecondsPerMillisecond);
  return summarise(values);
}

// Of the samples that tell this stage.
StageRecord told_stage(std::span<const FrameSample> samples, Stage stage) {
  std::vector<double> values;
  values.reserve(samples.size());
  for (const auto& sample : samples)
    if (const auto took = sample.stages.get(stage))
      values.push_back(static_cast<double>(took->count()) / kNanosecondsPerMillisecond);
  return {std::string(name(stage)), summarise(values)};
}

// Which stages any of the samples tells.
std::array<bool, kStages> told_stages(std::span<const FrameSample> samples) {
  std::array<bool, kStages> told{};
  for (const auto& sample : samples)
    for (std::size_t i = 0; i < kStages; ++i)
      if (sample.stages.get(static_cast<Stage>(i))) told[i] = true;
  return told;
}

std::vector<StageRecord> stages_of_load(std::span<const FrameSample> samples) {
  const auto told = told_stages(samples);
  std::vector<StageRecord> stages;
  for (std::size_t i = 0; i < kStages; ++i)
    if (told[i]) stages.push_back(told_stage(samples, static_cast<Stage>(i)));
  return stages;
}

// What the backend tells of the inside of `infer` follows, unless it is the whole of it.
std::vector<StageRecord> stages_of_frames(std::span<const FrameSample> samples) {
  std::vector<StageRecord> stages{
      {"acquire", summarise_field(samples, &FrameSample::acquire_ns)},
      {"preprocess", summarise_field(samples, &FrameSample::preprocess_ns)},
      {"infer", summarise_field(samples, &FrameSample::infer_ns)},
      {"postprocess", summarise_field(samples, &FrameSample::postprocess_ns)}};
  auto inner = stages_of_load(samples);
  if (inner.size() > 1) std::ranges::move(inner, std::back_inserter(stages));
  return stages;
}

std::int64_t end_ns(const FrameSample& sample) {
  return sample.started_ns + sample.latency_ns;
}

// Wall time of a pass; of one that was cut short, from its first frame to its last.
std::int64_t wall_ns(const PassData& pass) {
  if (pass.report) return pass.report->wall_ns;
  if (pass.samples.empty()) return 0;
  return end_ns(pass.samples.back()) - pass.samples.front().started_ns;
}

std::optional<double> rate(std::size_t count, std::int64_t wall) {
  if (count == 0 || wall <= 0) return std::nullopt;
  return static_cast<double>(count) * kNanosecondsPerSecond / static_cast<double>(wall);
}

std::string label_of(const SlotData& data, int class_id) {
  const auto& labels = data.model->labels;
  const auto index = static_cast<std::size_t>(class_id);
  return class_id >= 0 && index < labels.size() ? labels[index] : fmt::format("class_{}", class_id);
}

std::optional<DetectionsRecord> detections(const SlotData& data) {
  const auto& counts = data.detections_per_frame;
  if (counts.empty() || !data.model) return std::nullopt;
  DetectionsRecord record;
  record.total = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  record.per_frame_mean = static_cast<double>(record.total) / static_cast<double>(counts.size());
  const auto [min, max] = std::ranges::minmax(counts);
  record.per_frame_min = min;
  record.per_frame_max = max;
  for (const auto& [class_id, count] : data.detections_by_class)
    record.by_class[label_of(data, class_id)] += count;
  return record;
}

std::optional<InterferenceRecord> interference(const SlotData& data, const Summary& together) {
  if (data.solo.samples.empty()) return std::nullopt;
  InterferenceRecord record;
  record.solo_latency_ms = summarise_field(data.solo.samples, &FrameSample::latency_ns);
  const auto& alone = record.solo_latency_ms.p50;
  if (alone && together.p50 && *alone > 0) record.factor = *together.p50 / *alone;
  return record;
}

DeadlineRecord deadline(double period_ms, std::span<const double> latencies_ms) {
  DeadlineRecord record;
  record.period_ms = period_ms;
  record.frames = static_cast<std::int64_t>(latencies_ms.size());
  record.misses = std::ranges::count_if(latencies_ms, [&](double ms) { return ms > period_ms; });
  return record;
}

std::vector<double> latencies_ms(std::span<const FrameSample> samples) {
  std::vector<double> values;
  for (const auto& sample : samples)
    values.push_back(static_cast<double>(sample.latency_ns) / kNanosecondsPerMillisecond);
  return values;
}

// Of a model that was refused: whether that was for the limit, or for what was available.
std::optional<bool> within_limit_by_forecast(const MemoryRecord& memory) {
  const bool over = memory.forecast && memory.forecast->peak_bytes &&
                    *memory.forecast->peak_bytes > *memory.limit_bytes;
  return over ? std::optional(false) : std::nullopt;
}

MemoryRecord memory(const SlotData& data) {
  MemoryRecord record;
  record.mean_bytes = data.footprint_mean;
  record.peak_bytes = data.footprint_peak;
  for (const auto& phase : data.phases)
    if (phase.peak_bytes)
      record.peak_bytes = std::max(record.peak_bytes.value_or(0), *phase.peak_bytes);
  record.violations = data.violations;
  record.forecast = data.forecast;
  // One that did not complete never took what it would have.
  const bool told = data.status == SlotStatus::completed && !data.beside_others;
  if (told && record.forecast && record.forecast->peak_bytes && record.peak_bytes &&
      *record.peak_bytes > 0)
    record.forecast->error_percent = 100 * (static_cast<double>(*record.forecast->peak_bytes) /
                                                static_cast<double>(*record.peak_bytes) -
                                            1);
  if (!data.budget) return record;
  record.limit_bytes = data.budget->limit_bytes;
  record.enforcement = name(data.budget->enforcement);
  record.mechanism = data.budget->mechanism;
  record.charged_peak_bytes = data.charged_peak;
  const bool over = data.status == SlotStatus::over_budget || !record.violations.empty();
  const bool enforced = data.budget->enforcement == Enforcement::hard;  // on another quantity
  if (data.refused)
    record.within_limit = within_limit_by_forecast(record);
  else if (over)
    record.within_limit = false;
  else if (record.peak_bytes)
    record.within_limit = enforced || *record.peak_bytes <= *record.limit_bytes;
  return record;
}

// Of a model that never answered: the file that was asked for, while it is there.
std::optional<ModelRecord> model_asked_for(const SlotSpec& spec) {
  std::error_code gone;
  const auto bytes = std::filesystem::file_size(spec.model, gone);
  if (gone) return std::nullopt;
  ModelRecord record;
  record.path = spec.model.string();
  record.bytes = bytes;
  return record;
}

void add_model_facts(SlotRecord& record, const SlotData& data) {
  record.model = data.model->model;
  record.model->shared_with = data.shared_with;
  record.backend = data.model->backend;
  record.pipeline = data.model->pipeline;
  record.speed_probe_ms = data.speed_probe_ms;
  record.first_inference_ms = data.model->first_inference_ms;
  record.labels = data.model->labels;
  record.source = data.model->source;
  if (!record.source) return;
  record.source->frames_used = static_cast<std::int64_t>(data.measure.samples.size());
  if (data.measure.report) {
    record.source->frames_bad = data.measure.report->frames_bad;
    record.source->bad = data.measure.report->bad;
  }
}

}  // namespace

namespace {

// Times between two readings of the samples' clocks.
template <typename Difference>
Summary summarise_difference(std::span<const FrameSample> samples, Difference difference) {
  std::vector<double> values;
  values.reserve(samples.size());
  for (const auto& sample : samples)
    values.push_back(static_cast<double>(difference(sample)) / kNanosecondsPerMillisecond);
  return summarise(values);
}

// At the ends lanes wait for each other, which is nothing among so many.
constexpr std::int64_t kEnoughPerLane = 100;

std::optional<double> between_ns(const LoadRecord& load, const PassData& pass) {
  const auto n = static_cast<std::int64_t>(pass.samples.size());
  if (load.per_second || !pass.report || n < kEnoughPerLane * load.in_flight) return std::nullopt;
  std::int64_t served = 0;
  for (const auto& sample : pass.samples) served += end_ns(sample) - sample.began_ns;
  const auto between = load.in_flight * pass.report->wall_ns - served;
  return static_cast<double>(std::max<std::int64_t>(0, between)) / static_cast<double>(n);
}

// Of a measurement whose worker could not tell how it ended.
void count_samples(LoadRecord& load, const SlotData& data) {
  const auto& samples = data.measure.samples;
  load.done = static_cast<std::int64_t>(samples.size());
  load.dropped = data.dropped;
  load.issued = load.done + load.dropped;
  if (!load.deadline_ms) return;
  const double deadline_ns = *load.deadline_ms * kNanosecondsPerMillisecond;
  load.missed_deadline = std::ranges::count_if(samples, [&](const FrameSample& s) {
    return static_cast<double>(s.latency_ns) > deadline_ns;
  });
}

void add_load(SlotRecord& record, const SlotData& data) {
  const std::span samples(data.measure.samples);
  record.load = data.bench->load;
  auto& load = *record.load;
  if (load.stopped_by.empty()) count_samples(load, data);
  const bool waited =
      std::ranges::any_of(samples, [](const FrameSample& s) { return s.began_ns != s.started_ns; });
  load.service_ms =
      !waited ? record.latency_ms : summarise_difference(samples, [](const FrameSample& s) {
        return end_ns(s) - s.began_ns;
      });
  if (load.per_second)
    load.lateness_ms = summarise_difference(
        samples, [](const FrameSample& s) { return s.began_ns - s.started_ns; });
  load.between_ns = between_ns(load, data.measure);
  if (load.deadline_ms) record.deadline = {*load.deadline_ms, load.issued, load.missed_deadline};
  if (auto judged = judge_measurement(data)) {
    if (!judged->wants) load.bound_held = judged->holds;
    load.bound_reason = std::move(judged->reason);
  }
  record.ladder = ladder_steps(data.bench->rungs);
  record.layers = layer_records(data.bench->layers);
}

}  // namespace

SlotRecord slot_record(const SlotData& data, std::optional<double> period) {
  SlotRecord record;
  record.name = data.spec.name;
  record.status = data.status;
  record.reason = data.reason;
  record.model = model_asked_for(data.spec);
  if (data.model) add_model_facts(record, data);
  record.phases = data.phases;
  const std::span samples(data.measure.samples);
  record.frames = static_cast<std::int64_t>(samples.size());
  record.throughput_fps = rate(samples.size(), wall_ns(data.measure));
  record.latency_ms = summarise_field(samples, &FrameSample::latency_ns);
  if (record.latency_ms.mean && *record.latency_ms.mean > 0)
    record.fps_from_latency = 1000.0 / *record.latency_ms.mean;
  record.stages_ms = data.spec.bench ? stages_of_load(samples) : stages_of_frames(samples);
  record.detections = detections(data);
  if (!data.images.empty()) record.accuracy = evaluate(data.images, {});
  record.interference = interference(data, record.latency_ms);
  if (period && !samples.empty()) record.deadline = deadline(*period, latencies_ms(samples));
  if (!samples.empty()) record.statistics = statistics_record(samples);
  if (data.bench) add_load(record, data);
  record.memory = memory(data);
  record.energy = data.energy;
  record.thermal = data.thermal;
  return record;
}

bool took_turns(const SlotData& data) {
  return data.bench && data.bench->load.turns.value_or(0) > 0;
}

std::optional<MeasuredTime> measured_time(const SlotData& data) {
  const auto& samples = data.measure.samples;
  if (samples.empty()) return std::nullopt;
  return MeasuredTime{Nanoseconds(samples.front().started_ns), Nanoseconds(end_ns(samples.back()))};
}

EnergyRecord energy_record(const SlotData& data, const Energy& energy, std::string rail,
                           std::optional<double> idle_watts) {
  EnergyRecord record;
  record.rail = std::move(rail);
  record.joules = energy.joules;
  record.idle_watts = idle_watts;
  const auto time = measured_time(data);
  if (!time || energy.covered_seconds <= 0) return record;
  const double seconds = std::chrono::duration<double>(time->to - time->from).count();
  record.coverage = std::min(energy.covered_seconds / seconds, 1.0);
  record.mean_watts = energy.joules / energy.covered_seconds;
  // The frames of the time that was not covered are taken to cost what the others cost.
  const auto frames = static_cast<double>(data.measure.samples.size());
  record.joules_per_frame = *record.mean_watts * seconds / frames;
  if (idle_watts)
    record.joules_per_frame_above_idle = (*record.mean_watts - *idle_watts) * seconds / frames;
  return record;
}

namespace {

std::optional<double> own_period_ms(const SlotData& slot) {
  if (!slot.model || !slot.model->source) return std::nullopt;
  const auto fps = slot.model->source->fps;
  if (!fps || *fps <= 0) return std::nullopt;
  return 1000.0 / *fps;
}

}  // namespace

std::optional<double> period_ms(std::span<const SlotData> slots) {
  std::optional<double> longest;
  for (const auto& slot : slots) {
    if (!slot.model) continue;
    const auto period = own_period_ms(slot);
    if (!period) return std::nullopt;
    longest = std::max(longest.value_or(0), *period);
  }
  return longest;
}

std::optional<double> period_ms(const SlotData& slot, std::span<const SlotData> slots) {
  const auto shared = period_ms(slots);
  return shared ? shared : own_period_ms(slot);
}

PairsRecord pairs_record(const PairedRun& run, const SlotData& first, const SlotData& second,
                         std::optional<double> period) {
  const auto by_index = [](const SlotData& slot) {
    std::unordered_map<std::int64_t, const FrameSample*> map;
    for (const auto& sample : slot.measure.samples) map.emplace(sample.index, &sample);
    return map;
  };
  const auto firsts = by_index(first), seconds = by_index(second);
  PairsRecord record;
  record.rule = run.pairing.rule;
  record.schedule = run.schedule == Schedule::parallel ? "parallel" : "alternate";
  record.tolerance_ms = static_cast<double>(run.tolerance.count()) / kNanosecondsPerMillisecond;
  std::vector<double> latencies;
  std::int64_t began = 0, ended = 0;
  for (const auto& pair : run.pairing.pairs) {
    const auto a = firsts.find(pair.first), b = seconds.find(pair.second);
    if (a == firsts.end() || b == seconds.end()) continue;
    const auto start = std::min(a->second->started_ns, b->second->started_ns);
    if (latencies.empty()) began = start;
    ended = std::max({ended, end_ns(*a->second), end_ns(*b->second)});
    const auto end = std::max(end_ns(*a->second), end_ns(*b->second));
    latencies.push_back(static_cast<double>(end - start) / kNanosecondsPerMillisecond);
    const double offset =
        std::abs(static_cast<double>(pair.offset.count())) / kNanosecondsPerMillisecond;
    record.max_offset_ms = std::max(record.max_offset_ms.value_or(0), offset);
  }
  record.pairs = static_cast<std::int64_t>(latencies.size());
  record.unpaired_first = run.pairing.unpaired_first;
  record.unpaired_second = run.pairing.unpaired_second;
  record.latency_ms = summarise(latencies);
  record.throughput_pairs_per_second = rate(latencies.size(), ended - began);
  if (period && !latencies.empty()) record.deadline = deadline(*period, latencies);
  return record;
}

Pairing pair_by_arrival(std::span<const FrameSample> first, std::span<const FrameSample> second,
                        Nanoseconds tolerance) {
  Pairing pairing;
  pairing.rule = fmt::format("by arrival, within {}", format_duration(tolerance));
  std::size_t b = 0;
  for (const auto& sample : first) {
    const auto distance = [&](std::size_t i) {
      return std::abs(second[i].timestamp_ns - sample.timestamp_ns);
    };
    while (b + 1 < second.size() && distance(b + 1) <= distance(b)) ++b;
    if (b >= second.size() || distance(b) > tolerance.count()) continue;
    const Nanoseconds offset(second[b].timestamp_ns - sample.timestamp_ns);
    pairing.pairs.push_back({sample.index, second[b].index, offset});
    ++b;
  }
  const auto paired = static_cast<std::int64_t>(pairing.pairs.size());
  pairing.unpaired_first = static_cast<std::int64_t>(first.size()) - paired;
  pairing.unpaired_second = static_cast<std::int64_t>(second.size()) - paired;
  return pairing;
}

std::string verdict(std::span<const SlotRecord> slots, bool interrupted) {
  if (interrupted) return "interrupted";
  const bool measured = std::ranges::any_of(slots, [](const auto& s) { return s.frames > 0; });
  if (!measured) return "failed";
  const bool whole = std::ranges::all_of(slots, [](const auto& s) {
    return s.status == SlotStatus::completed || s.status == SlotStatus::skipped;
  });
  return whole ? "completed" : "incomplete";
}

}  // namespace jetmeter
