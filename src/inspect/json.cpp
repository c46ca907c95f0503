#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "jetmeter/inspect.h"

namespace jetmeter {
namespace {

using Json = nlohmann::ordered_json;

// An open axis is its name, or null where it has none.
Json axes_json(const Shape& shape, const std::vector<std::string>& axes) {
  Json out = Json::array();
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] != kDynamic)
      out.push_back(shape[i]);
    else if (i < axes.size() && !axes[i].empty())
      out.push_back(axes[i]);
    else
      out.push_back(nullptr);
  }
  return out;
}

Json values_json(const std::vector<Value>& values) {
  Json out = Json::array();
  for (const auto& value : values)
    out.push_back({{"name", value.name},
                   {"type", std::string(name(value.type))},
                   {"shape", value.ranked ? axes_json(value.shape, value.axes) : Json()}});
  return out;
}

Json layer_json(const InspectedLayer& layer) {
  Json shapes = Json::array();
  for (const auto& shape : layer.output_shapes)
    shapes.push_back(shape ? axes_json(*shape, {}) : Json());
  return {{"node", layer.node},
          {"name", layer.name},
          {"op", layer.op},
          {"inputs", layer.inputs},
          {"outputs", layer.outputs},
          {"output_shapes", std::move(shapes)},
          {"attributes", layer.attributes},
          {"parameters", layer.parameters}};
}

Json types_json(const OnnxInspection& facts) {
  Json out = Json::array();
  for (const auto& each : facts.types)
    out.push_back({{"type", each.type},
                   {"tensors", each.tensors},
                   {"elements", each.elements},
                   {"bytes", each.bytes},
                   {"external_bytes", each.external_bytes}});
  return out;
}

Json largest_json(const OnnxInspection& facts) {
  Json out = Json::array();
  for (const auto& each : facts.largest)
    out.push_back({{"name", each.name},
                   {"type", each.type},
                   {"shape", each.shape},
                   {"bytes", each.bytes},
                   {"external", each.external},
                   {"read_by", each.reader.empty() ? Json() : Json(each.reader)}});
  return out;
}

Json what_json(const Inspection::Onnx& onnx, bool layers) {
  const auto& [model, facts] = onnx;
  Json out{{"format", "onnx"}, {"graph", model.graph.name}, {"ir_version", model.ir_version}};
  out["opsets"] = Json::object();
  for (const auto& [domain, version] : model.opsets)
    out["opsets"][domain.empty() ? "ai.onnx" : domain] = version;
  out["producer"] = model.producer;
  out["producer_version"] = model.producer_version;
  out["domain"] = model.domain;
  out["model_version"] = model.model_version;
  out["description"] = model.description;
  out["metadata"] = Json::object();
  for (const auto& [key, value] : model.metadata) out["metadata"][key] = value;
  out["external_files"] = Json::array();
  for (const auto& file : model.external_files) out["external_files"].push_back(file.string());
  out["weights_are_inputs"] = model.weights_are_inputs;
  out["inputs"] = values_json(model.graph.inputs);
  out["outputs"] = values_json(model.graph.outputs);
  out["nodes"] = facts.nodes;
  out["operators"] = facts.operators;
  out["weights"] = {{"tensors", facts.weight_tensors}, {"elements", facts.weight_elements},
                    {"bytes", facts.weight_bytes},     {"external_bytes", facts.external_bytes},
                    {"types", types_json(facts)},      {"largest", largest_json(facts)}};
  if (layers) {
    out["layers"] = Json::array();
    for (const auto& layer : facts.layers) out["layers"].push_back(layer_json(layer));
  }
  out["cannot_represent"] = facts.cannot;
  return out;
}

Json optional_json(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json();
}

Json what_json(const TorchScriptFile& file, bool) {
  return {{"format", file.has_code ? "torchscript" : "pytorch_checkpoint"},
          {"archive", file.archive},
          {"format_version", optional_json(file.version)},
          {"byte_order", optional_json(file.byte_order)},
          {"root_class", file.root_class.empty() ? Json() : Json(file.root_class)},
          {"classes", file.classes},
          {"storages_elements", file.storages},
          {"tensors", file.tensors},
          {"tensor_bytes", file.tensor_bytes},
          {"constants", file.constants},
          {"constant_bytes", file.constant_bytes},
          {"code_files", file.code_files},
          {"code_bytes", file.code_bytes}};
}

Json what_json(const PlanHeader& plan, bool) {
  Json out{{"format", "tensorrt_plan"},
           {"tensorrt_version", format_version(plan.version)},
           {"stated_bytes", plan.stated_bytes},
           {"device", nullptr}};
  if (plan.device) {
    const auto& device = *plan.device;
    out["device"] = {
        {"compute_capability", fmt::format("{}.{}", device.compute_major, device.compute_minor)},
        {"sm_count", device.sm_count},
        {"memory_bytes", device.memory_bytes},
        {"l2_bytes", device.l2_bytes},
        {"memory_bus_bits", device.memory_bus_bits},
        {"core_khz", device.core_khz},
        {"memory_khz", device.memory_khz}};
  }
  return out;
}

}  // namespace

std::string inspection_json(const Inspection& inspection, bool layers) {
  Json out{{"path", inspection.path.string()}, {"file_bytes", inspection.file_bytes}};
  out.update(
      std::visit([&](const auto& what) { return what_json(what, layers); }, inspection.what));
  out["notes"] = inspection.notes;
  // Names come from the file; they need not be UTF-8.
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace jetmeter
