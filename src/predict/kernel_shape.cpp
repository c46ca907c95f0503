#include "predict/kernel_shape.h"

#include <algorithm>
#include <string_view>

namespace jetmeter {
namespace {

std::optional<Shape> shape_of(const ShapeTable& shapes, const std::vector<std::string>& names,
                              std::size_t index) {
  if (index >= names.size()) return std::nullopt;
  const auto* tensor = shapes.find(names[index]);
  return tensor != nullptr ? tensor->shape : std::nullopt;
}

double product_of(const Shape& shape, std::size_t begin, std::size_t end) {
  double product = 1;
  for (auto i = begin; i < std::min(end, shape.size()); ++i)
    product *= static_cast<double>(shape[i]);
  return product;
}

// Weights [out, in / groups, kernel…]; of ConvTranspose [in, out / groups, kernel…].
std::optional<ProductShape> conv_shape(const Node& node, const ShapeTable& shapes,
                                       std::size_t weight_at) {
  const auto input = shape_of(shapes, node.inputs, 0);
  const auto weight = shape_of(shapes, node.inputs, weight_at);
  const auto output = shape_of(shapes, node.outputs, 0);
  if (!input || !weight || !output || weight->size() < 3 || output->size() != weight->size() ||
      input->size() != weight->size())
    return std::nullopt;
  const auto groups =
      static_cast<double>(std::max<std::int64_t>(1, int_attribute(node, "group", 1)));
  const bool transposed = node.op == "ConvTranspose";
  const auto taps = product_of(*weight, 2, weight->size());
  const auto& places = transposed ? *input : *output;
  ProductShape shape;
  shape.groups = groups;
  shape.m = static_cast<double>(places[0]) * product_of(places, 2, places.size());
  if (transposed) {
    shape.k = static_cast<double>((*weight)[0]) / groups;
    shape.n = static_cast<double>((*weight)[1]) * taps;
  } else {
    shape.k = static_cast<double>((*weight)[1]) * taps;
    shape.n = static_cast<double>((*weight)[0]) / groups;
  }
  const bool narrow = groups > 1 && (*weight)[1] == 1;
  shape.kind = narrow      ? KernelClass::depthwise
               : taps == 1 ? KernelClass::conv1x1
                           : KernelClass::conv;
  return shape;
}

std::optional<ProductShape> matmul_shape(const Node& node, const ShapeTable& shapes,
                                         std::size_t right_at) {
  const auto left = shape_of(shapes, node.inputs, 0);
  const auto right = shape_of(shapes, node.inputs, right_at);
  const auto output = shape_of(shapes, node.outputs, 0);
  if (!left || !right || !output || left->empty() || right->empty()) return std::nullopt;
  const bool turned = node.op == "Gemm" && int_attribute(node, "transA", 0) != 0;
  ProductShape shape;
  shape.k = static_cast<double>(turned ? left->front() : left->back());
  shape.n = output->empty() || right->size() < 2 ? 1 : static_cast<double>(output->back());
  const auto all = product_of(*output, 0, output->size());
  // A weight that all rows share makes one tall product; otherwise each of the stack is its own.
  if (right->size() > 2) shape.groups = product_of(*right, 0, right->size() - 2);
  if (shape.n <= 0 || shape.groups <= 0) return std::nullopt;
  shape.m = all / shape.n / shape.groups;
  return shape;
}

}  // namespace

std::optional<ProductShape> product_shape(const Node& node, const ShapeTable& shapes) {
  const std::string_view op = node.op;
  if (op == "QLinearConv") return conv_shape(node, shapes, 3);
  if (op == "Conv" || op == "ConvTranspose" || op == "ConvInteger" || op == "FusedConv")
    return conv_shape(node, shapes, 1);
  if (op == "QLinearMatMul") return matmul_shape(node, shapes, 3);
  if (op == "Einsum") return std::nullopt;
  return matmul_shape(node, shapes, 1);
}

}  // namespace jetmeter
