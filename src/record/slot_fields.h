// The keys of a slot's outcome.
#pragma once

#include "record/archive.h"
#include "record/load_fields.h"
#include "record/request_fields.h"
#include "record/summary_fields.h"

namespace jetmeter::record_json {

template <typename Archive>
void fields(Archive&& in, PhaseRecord& phase) {
  in("name", phase.name);
  in("seconds", phase.seconds);
  in("peak_bytes", phase.peak_bytes);
}

template <typename Archive>
void fields(Archive&& in, StageRecord& stage) {  // its name is the key it stands under
  fields(in, stage.ms);
}

template <typename Archive>
void fields(Archive&& in, LayerRecord& layer) {
  in("name", layer.name);
  in("type", layer.type);
  in("device", layer.device);
  in("calls", layer.calls);
  in("total_ms", layer.total_ms);
  in("percent", layer.percent);
}

template <typename Archive>
void fields(Archive&& in, DetectionsRecord& detections) {
  in("total", detections.total);
  in.object("per_frame", [&](auto&& per_frame) {
    per_frame("mean", detections.per_frame_mean);
    per_frame("min", detections.per_frame_min);
    per_frame("max", detections.per_frame_max);
  });
  in("by_class", detections.by_class);
}

template <typename Archive>
void fields(Archive&& in, ClassAccuracy& of_class) {
  in("class_id", of_class.class_id);
  in("truths", of_class.truths);
  in("ap50", of_class.ap50);
  in("ap50_95", of_class.ap50_95);
}

template <typename Archive>
void fields(Archive&& in, Accuracy& accuracy) {
  in("images", accuracy.images);
  in("truths", accuracy.truths);
  in("map50", accuracy.map50);
  in("map50_95", accuracy.map50_95);
  in("precision50", accuracy.precision50);
  in("recall50", accuracy.recall50);
  in("classes", accuracy.classes);
}

template <typename Archive>
void fields(Archive&& in, InterferenceRecord& interference) {
  in("factor", interference.factor);
  in("solo_latency_ms", interference.solo_latency_ms);
}

template <typename Archive>
void fields(Archive&& in, DeadlineRecord& deadline) {
  in("period_ms", deadline.period_ms);
  in("frames", deadline.frames);
  in("misses", deadline.misses);
}

template <typename Archive>
void fields(Archive&& in, ThermalRecord& thermal) {
  in("verdict", thermal.verdict);
  in("reason", thermal.reason);
  in("first_minute_p50_ms", thermal.first_minute_p50_ms);
  in("last_minute_p50_ms", thermal.last_minute_p50_ms);
  in("ratio", thermal.ratio);
}

template <typename Archive>
void fields(Archive&& in, ViolationRecord& violation) {
  in("began", violation.began);
  in("seconds", violation.seconds);
  in("phase", violation.phase);
  in("peak_bytes", violation.peak_bytes);
  in("over_bytes", violation.over_bytes);
  in("asked_bytes", violation.asked_bytes);
  in.later("kind", violation.kind);
}

template <typename Archive>
void fields(Archive&& in, ForecastRecord& forecast) {
  in("verdict", forecast.verdict);
  in("reason", forecast.reason);
  in("margin_bytes", forecast.margin_bytes);
  in("weight_bytes", forecast.weight_bytes);
  in("activation_bytes", forecast.activation_bytes);
  in("runtime_bytes", forecast.runtime_bytes);
  in("peak_bytes", forecast.peak_bytes);
  in("error_percent", forecast.error_percent);
  in("rests_on", forecast.rests_on);
}

template <typename Archive>
void fields(Archive&& in, MemoryRecord& memory) {
  in("limit_bytes", memory.limit_bytes);
  in("enforcement", memory.enforcement);
  in("mechanism", memory.mechanism);
  in("peak_bytes", memory.peak_bytes);
  in("mean_bytes", memory.mean_bytes);
  in("charged_peak_bytes", memory.charged_peak_bytes);
  in("within_limit", memory.within_limit);
  in("violations", memory.violations);
  in("forecast", memory.forecast);
}

template <typename Archive>
void fields(Archive&& in, EnergyRecord& energy) {
  in("rail", energy.rail);
  in("coverage", energy.coverage);
  in("joules", energy.joules);
  in("joules_per_frame", energy.joules_per_frame);
  in("mean_watts", energy.mean_watts);
  in("idle_watts", energy.idle_watts);
  in("joules_per_frame_above_idle", energy.joules_per_frame_above_idle);
}

template <typename Archive>
void fields(Archive&& in, SlotRecord& slot) {
  in("name", slot.name);
  in("status", slot.status);
  in("reason", slot.reason);
  in("model", slot.model);
  in("backend", slot.backend);
  in("pipeline", slot.pipeline);
  in("source", slot.source);
  in("phases", slot.phases);
  in("frames", slot.frames);
  in("throughput_fps", slot.throughput_fps);
  in("fps_from_latency", slot.fps_from_latency);
  in("first_inference_ms", slot.first_inference_ms);
  in("latency_ms", slot.latency_ms);
  in.keyed("stages_ms", slot.stages_ms);
  in.later("layers", slot.layers);
  in.later("speed_probe_ms", slot.speed_probe_ms);
  in("detections", slot.detections);
  in("accuracy", slot.accuracy);
  in("interference", slot.interference);
  in("deadline", slot.deadline);
  in("thermal", slot.thermal);
  in("statistics", slot.statistics);
  in("load", slot.load);
  in.later("ladder", slot.ladder);
  in("memory", slot.memory);
  in("energy", slot.energy);
  in("labels", slot.labels);
}

template <typename Archive>
void fields(Archive&& in, PairsRecord& pairs) {
  in("rule", pairs.rule);
  in("schedule", pairs.schedule);
  in("tolerance_ms", pairs.tolerance_ms);
  in("pairs", pairs.pairs);
  in("unpaired_first", pairs.unpaired_first);
  in("unpaired_second", pairs.unpaired_second);
  in("latency_ms", pairs.latency_ms);
  in("throughput_pairs_per_second", pairs.throughput_pairs_per_second);
  in("max_offset_ms", pairs.max_offset_ms);
  in("deadline", pairs.deadline);
}

}  // namespace jetmeter::record_json
