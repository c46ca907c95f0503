#include "quantize/layer_weight.h"

namespace jetmeter {
namespace {

Result<std::optional<std::size_t>> channel_axis(const Node& node, const Tensor& weight) {
  if (node.op == "Conv") return 0;
  if (node.op == "ConvTranspose") {
    // Its second axis counts the channels of one group.
    if (int_attribute(node, "group", 1) != 1) return std::nullopt;
    return 1;
  }
  if (node.op == "Gemm") return int_attribute(node, "transB", 0) != 0 ? 0 : 1;
  if (weight.shape.size() == 2) return 1;
  return std::nullopt;  // a stack of matrices
}

Result<void> check_gemm(const Node& node) {
  if (float_attribute(node, "alpha", 1) != 1 || float_attribute(node, "beta", 1) != 1)
    return fail("alpha and beta are not 1");
  if (int_attribute(node, "transA", 0) != 0) return fail("it transposes its input");
  return {};
}

}  // namespace

bool is_layer(const Node& node) {
  return node.domain.empty() && (node.op == "Conv" || node.op == "ConvTranspose" ||
                                 node.op == "Gemm" || node.op == "MatMul");
}

Result<LayerWeight> layer_weight(const Node& node, const GraphIndex& index) {
  if (node.inputs.size() < 2) return fail("it has no weight");
  LayerWeight found;
  found.weight = index.weight(node.inputs[1]);
  if (!found.weight) return fail("both of its operands are computed");
  if (found.weight->type != ElementType::float32) return fail("its weight is not float32");
  if (found.weight->shape.size() < 2 || found.weight->elements() == 0)
    return fail("its weight is no matrix");
  if (node.op == "Gemm")
    if (auto good = check_gemm(node); !good) return tl::make_unexpected(good.error());
  const auto axis = channel_axis(node, *found.weight);
  if (!axis) return tl::make_unexpected(axis.error());
  found.axis = *axis;
  if (node.inputs.size() < 3 || node.inputs[2].empty()) return found;
  found.bias = index.weight(node.inputs[2]);
  if (!found.bias) return fail("its bias is computed");
  if (found.bias->type != ElementType::float32) return fail("its bias is not float32");
  const auto channels = found.axis ? found.weight->shape[*found.axis] : 0;
  if (found.bias->shape.size() != 1 || (channels != 0 && found.bias->shape[0] != channels))
    return fail("its bias is not one number for each channel");
  return found;
}

}  // namespace jetmeter
