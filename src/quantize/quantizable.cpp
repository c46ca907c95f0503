#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "jetmeter/quantize.h"
#include "quantize/float_values.h"
#include "quantize/layer_weight.h"
#include "quantize/raise_opset.h"

namespace jetmeter {
namespace {

constexpr std::array<std::string_view, 10> kInteger{
    "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "ConvInteger",
    "MatMulInteger",  "QLinearConv",      "QLinearMatMul",         "QLinearAdd",
    "QGemm",          "QAttention"};

Result<void> check(const ModelGraph& model) {
  if (!model.lost.empty())
    return fail(fmt::format("the model has {}, which could not be written again; it stays as it is",
                            model.lost.front()));
  for (const auto& node : model.graph.nodes)
    if (std::ranges::find(kInteger, node.op) != kInteger.end())
      return fail(
          fmt::format("the model is quantised already: it has {}; give the FP32 model that "
                      "it was made from",
                      describe(node)));
  const auto floats = float_values(model.graph);
  const auto reads_float = [&](const Node& node) {
    return is_layer(node) && !node.inputs.empty() && floats.contains(node.inputs[0]);
  };
  if (std::ranges::none_of(model.graph.nodes, reads_float))
    return fail("the model has no Conv, ConvTranspose, Gemm or MatMul in float32 to quantise");
  return {};
}

// Weights that are listed among the inputs too may be overridden at every run, and what may be
// overridden is not folded, fused or quantised. Nobody overrides those of a network.
void fix_weights(ModelGraph& model) {
  model.weights_are_inputs = false;
  model.ir_version = std::max<std::int64_t>(model.ir_version, 4);
}

}  // namespace

Result<ModelGraph> quantizable(ModelGraph model) {
  if (auto good = check(model); !good) return tl::make_unexpected(good.error());
  if (auto raised = raise_opset_to_13(model); !raised) return tl::make_unexpected(raised.error());
  fix_weights(model);
  return model;
}

}  // namespace jetmeter
