#include <fmt/format.h>

#include <algorithm>

#include "jetmeter/quantize.h"
#include "quantize/float_values.h"
#include "quantize/layer_order.h"
#include "quantize/layer_weight.h"
#include "quantize/plan_tensors.h"
#include "quantize/wildcard.h"

namespace jetmeter {
namespace {

// Why a layer of this kind is left alone; empty when it is not.
std::string unfit(const Node& node, const GraphIndex& index, QuantizeTarget target) {
  if (target == QuantizeTarget::onnxruntime && node.op == "ConvTranspose")
    return "ONNX Runtime has no integer kernel for it";
  const auto weight = layer_weight(node, index);
  return weight ? "" : weight.error().what;
}

bool fits(const std::string& pattern, const QuantizeLayer& layer) {
  return fits_wildcard(pattern, layer.name) || fits_wildcard(pattern, layer.op);
}

Result<void> check_skips(const QuantizePlan& plan) {
  for (const auto& pattern : plan.options.skip) {
    const auto fits_one = [&](const QuantizeLayer& layer) { return fits(pattern, layer); };
    if (std::ranges::any_of(plan.layers, fits_one)) continue;
    std::vector<std::string> names;
    for (const auto& layer : plan.layers) names.push_back(layer.name);
    const auto meant = closest(pattern, names);
    return fail(fmt::format("no layer has the name or the operator {}{}", in_quotes(pattern),
                            meant ? fmt::format("; did you mean {}?", in_quotes(*meant))
                                  : "; `--format json` lists the layers by name"));
  }
  return {};
}

class Planner {
 public:
  Planner(const ModelGraph& model, const QuantizeOptions& options)
      : graph_(model.graph), index_(graph_), floats_(float_values(graph_)) {
    plan_.options = options;
  }

  Result<QuantizePlan> run() {
    const auto order = layer_order(graph_);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      if (is_layer(graph_.nodes[i])) add_layer(i, order);
    if (auto good = check_skips(plan_); !good) return tl::make_unexpected(good.error());
    if (plan_.quantized_layers() == 0)
      return fail("no layer is left to quantise; each is skipped or cannot be quantised");
    note_norms();
    plan_tensors(graph_, index_, floats_, plan_);
    return std::move(plan_);
  }

 private:
  void add_layer(std::size_t i, const LayerOrder& order) {
    const auto& node = graph_.nodes[i];
    if (node.inputs.empty() || !floats_.contains(node.inputs[0])) return;
    QuantizeLayer layer{i, node.name, node.op, false, {}, {}};
    if (layer.name.empty() && !node.outputs.empty()) layer.name = node.outputs[0];
    const auto& options = plan_.options;
    layer.why = unfit(node, index_, options.target);
    if (layer.why.empty() && options.skip_first && !order.behind_layer[i])
      layer.why = "the first layer is skipped";
    if (layer.why.empty() && options.skip_last && !order.before_layer[i])
      layer.why = "the last layers are skipped";
    for (const auto& pattern : options.skip)
      if (layer.why.empty() && fits(pattern, layer))
        layer.why = fmt::format("skipped by {}", in_quotes(pattern));
    layer.quantized = layer.why.empty();
    plan_.layers.push_back(std::move(layer));
  }

  void note_norms() {
    const auto norms = std::ranges::count_if(
        graph_.nodes, [](const Node& node) { return node.op == "BatchNormalization"; });
    if (norms > 0)
      plan_.notes.push_back(fmt::format(
          "{} BatchNormalization {} not folded and stay{} FP32; fold them first (jetmeter "
          "model convert), which makes the result faster and more exact",
          norms, norms == 1 ? "is" : "are", norms == 1 ? "s" : ""));
  }

  const Graph& graph_;
  GraphIndex index_;
  std::set<std::string, std::less<>> floats_;
  QuantizePlan plan_;
};

}  // namespace

std::string_view name(QuantizeTarget target) {
  return target == QuantizeTarget::tensorrt ? "tensorrt" : "onnxruntime";
}

std::size_t QuantizePlan::quantized_layers() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(layers, [](const QuantizeLayer& layer) { return layer.quantized; }));
}

Result<QuantizePlan> plan_quantization(const ModelGraph& model, const QuantizeOptions& options) {
  return Planner(model, options).run();
}

Result<QuantizePlan> plan_only(const ModelGraph& model, const QuantizePlan& plan,
                               std::span<const std::size_t> layers) {
  auto only = plan;
  for (std::size_t i = 0; i < only.layers.size(); ++i) {
    const bool wanted = std::ranges::find(layers, i) != layers.end();
    if (!wanted && only.layers[i].quantized) only.layers[i].why = "kept for its error";
    only.layers[i].quantized = only.layers[i].quantized && wanted;
  }
  if (only.quantized_layers() == 0) return fail("no layer is left to quantise");
  plan_tensors(model.graph, GraphIndex(model.graph), float_values(model.graph), only);
  return only;
}

}  // namespace jetmeter
