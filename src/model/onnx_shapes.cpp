#include "model/onnx_shapes.h"

#include <fmt/format.h>

#include <set>

#include "model/onnx_file.h"

namespace jetmeter {
namespace {

using AxisSizes = std::map<std::string, std::int64_t>;

std::set<std::string> initialiser_names(const onnx::GraphProto& graph) {
  std::set<std::string> names;
  for (const auto& tensor : graph.initializer()) names.insert(tensor.name());
  for (const auto& sparse : graph.sparse_initializer()) names.insert(sparse.values().name());
  return names;
}

Result<void> apply_shape(onnx::ValueInfoProto& input, const Shape& shape, AxisSizes& axes) {
  auto& declared = *input.mutable_type()->mutable_tensor_type()->mutable_shape();
  const auto name = in_quotes(input.name());
  if (declared.dim_size() == 0)
    for (std::size_t i = 0; i < shape.size(); ++i) declared.add_dim();
  if (static_cast<std::size_t>(declared.dim_size()) != shape.size())
    return fail(fmt::format("input {} has {} axes; the shape {} has {}", name, declared.dim_size(),
                            format_shape(shape), shape.size()));
  for (std::size_t i = 0; i < shape.size(); ++i) {
    auto& axis = *declared.mutable_dim(static_cast<int>(i));
    if (shape[i] < 0) continue;
    if (axis.has_dim_value() && axis.dim_value() >= 0 && axis.dim_value() != shape[i])
      return fail(fmt::format("axis {} of input {} is fixed at {}; {} was asked for", i, name,
                              axis.dim_value(), shape[i]));
    if (axis.has_dim_param() && !axis.dim_param().empty()) {
      const auto [known, is_new] = axes.emplace(axis.dim_param(), shape[i]);
      if (!is_new && known->second != shape[i])
        return fail(fmt::format("axis {} of input {} would be {} and {}",
                                in_quotes(axis.dim_param()), name, known->second, shape[i]));
    }
    axis.set_dim_value(shape[i]);
  }
  return {};
}

void fill(onnx::ValueInfoProto& value, const AxisSizes& axes) {
  if (!value.type().has_tensor_type() || !value.type().tensor_type().has_shape()) return;
  for (auto& axis : *value.mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim()) {
    if (!axis.has_dim_param()) continue;
    if (const auto size = axes.find(axis.dim_param()); size != axes.end())
      axis.set_dim_value(size->second);
  }
}

void fill(onnx::GraphProto& graph, const AxisSizes& axes) {
  for (auto& value : *graph.mutable_input()) fill(value, axes);
  for (auto& value : *graph.mutable_output()) fill(value, axes);
  for (auto& value : *graph.mutable_value_info()) fill(value, axes);
  for (auto& node : *graph.mutable_node())
    for (auto& attribute : *node.mutable_attribute()) {
      if (attribute.has_g()) fill(*attribute.mutable_g(), axes);
      for (auto& body : *attribute.mutable_graphs()) fill(body, axes);
    }
}

}  // namespace

Result<void> apply_hints(onnx::ModelProto& model, const ShapeHints& hints) {
  auto axes = hints.axes;
  for (const auto& [name, shape] : hints.inputs)
    for (auto& input : *model.mutable_graph()->mutable_input())
      if (input.name() == name)
        if (auto good = apply_shape(input, shape, axes); !good) return good;
  fill(*model.mutable_graph(), axes);
  return {};
}

KnownSpec spec_of_value(const onnx::ValueInfoProto& value) {
  KnownSpec known{{value.name(), ElementType::other, {}}, false};
  if (!value.type().has_tensor_type()) return known;
  const auto& tensor = value.type().tensor_type();
  known.spec.type = from_onnx(tensor.elem_type());
  known.ranked = tensor.has_shape();
  for (const auto& axis : tensor.shape().dim())
    known.spec.shape.push_back(axis.has_dim_value() && axis.dim_value() >= 0 ? axis.dim_value()
                                                                             : kDynamic);
  return known;
}

std::vector<TensorSpec> true_inputs(const onnx::GraphProto& graph) {
  const auto weights = initialiser_names(graph);
  std::vector<TensorSpec> inputs;
  for (const auto& input : graph.input())
    if (!weights.contains(input.name())) inputs.push_back(spec_of_value(input).spec);
  return inputs;
}

std::vector<TensorSpec> declared_outputs(const onnx::GraphProto& graph) {
  std::vector<TensorSpec> outputs;
  for (const auto& output : graph.output()) outputs.push_back(spec_of_value(output).spec);
  return outputs;
}

std::string first_open_axis(const onnx::GraphProto& graph) {
  for (const auto& input : graph.input())
    for (int i = 0; i < input.type().tensor_type().shape().dim_size(); ++i) {
      const auto& axis = input.type().tensor_type().shape().dim(i);
      if (axis.has_dim_value() && axis.dim_value() >= 0) continue;
      const auto name = axis.dim_param().empty() ? std::to_string(i) : in_quotes(axis.dim_param());
      return fmt::format("axis {} of input {} is open", name, in_quotes(input.name()));
    }
  return "";
}

}  // namespace jetmeter
