#include "run/orders.h"

#include <array>
#include <nlohmann/json.hpp>

#include "run/bench_orders.h"
#include "run/json_values.h"

// Both ends are the same program: a message that does not parse is a defect of ours, and
// nlohmann's exception says which key it was.

namespace jetmeter {

using nlohmann::json;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TensorSpec, name, type, shape)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ModelRecord, path, sha256, format, bytes, inputs, outputs,
                                   shared_with)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BackendRecord, name, version, device, precision, why, threads,
                                   options)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PipelineRecord, kind, head, why, fit, channels, scale, mean,
                                   stdev, input_width, input_height, confidence, iou,
                                   max_detections, classes, labels_from)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BadFrameRecord, name, reason)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SourceRecord, kind, location, width, height, fps,
                                   frames_announced, frames_used, frames_bad, bad)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PhaseRecord, name, seconds, peak_bytes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PassOrder, phase, frames, indices, in_step)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PhaseReport, begins, ended, at_ns)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PassReport, wall_ns, frames_bad, bad, source_error)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ModelReport, model, backend, pipeline, labels,
                                   first_inference_ms, source, source_labels, live)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LoadOptions, threads, device, options, profile_layers)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PipelineOptions, head, fit, channels, scale, mean, stdev,
                                   confidence, iou, max_detections, image_size, labels)

namespace {

template <typename T>
std::string dump(const T& value) {
  return json(value).dump(-1, ' ', false, json::error_handler_t::replace);
}

template <typename T>
T parse(std::string_view text) {
  return json::parse(text).get<T>();
}

}  // namespace

std::string to_json(const SlotSpec& slot, int warmup) {
  json out{{"name", slot.name},     {"model", slot.model.string()},
           {"source", slot.source}, {"backend", slot.backend},
           {"load", slot.load},     {"pipeline", slot.pipeline},
           {"warmup", warmup},      {"bench", nullptr}};
  if (slot.bench) out["bench"] = to_json(*slot.bench);
  return out.dump();
}

WorkerSpec worker_spec_from_json(std::string_view text) {
  const auto in = json::parse(text);
  WorkerSpec spec;
  in.at("name").get_to(spec.slot.name);
  spec.slot.model = in.at("model").get<std::string>();
  in.at("source").get_to(spec.slot.source);
  in.at("backend").get_to(spec.slot.backend);
  in.at("load").get_to(spec.slot.load);
  in.at("pipeline").get_to(spec.slot.pipeline);
  in.at("warmup").get_to(spec.warmup);
  const auto& bench = in.at("bench");
  if (bench.is_string()) spec.slot.bench = bench_spec_from_json(bench.get<std::string>());
  return spec;
}

std::string to_json(const PassOrder& order) {
  return dump(order);
}
PassOrder pass_order_from_json(std::string_view text) {
  return parse<PassOrder>(text);
}
std::string to_json(const PhaseReport& report) {
  return dump(report);
}
PhaseReport phase_report_from_json(std::string_view text) {
  return parse<PhaseReport>(text);
}
std::string to_json(const PassReport& report) {
  return dump(report);
}
PassReport pass_report_from_json(std::string_view text) {
  return parse<PassReport>(text);
}
std::string to_json(const ModelReport& report) {
  return dump(report);
}
ModelReport model_report_from_json(std::string_view text) {
  return parse<ModelReport>(text);
}

}  // namespace jetmeter
