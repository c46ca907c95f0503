#include "jetmeter/graph_builder.h"

#include <cassert>
#include <utility>

namespace jetmeter {
namespace {

// The IR version that was current when an opset came out; source: ONNX's table of versions.
std::int64_t ir_version_of(std::int64_t opset) {
  if (opset <= 14) return 7;
  if (opset <= 18) return 8;
  if (opset <= 20) return 9;
  if (opset <= 22) return 10;
  return 11;
}

Value value_of(std::string name, Shape shape, ElementType type, std::vector<std::string> axes) {
  return {std::move(name), type, 0, true, std::move(shape), std::move(axes)};
}

}  // namespace

GraphBuilder::GraphBuilder(std::string graph_name, std::int64_t opset) {
  model_.ir_version = ir_version_of(opset);
  model_.opsets[""] = opset;
  model_.producer = "jetmeter";
  model_.graph.name = std::move(graph_name);
}

std::string GraphBuilder::input(std::string name, Shape shape, ElementType type,
                                std::vector<std::string> axes) {
  model_.graph.inputs.push_back(value_of(name, std::move(shape), type, std::move(axes)));
  return name;
}

std::string GraphBuilder::output(std::string name, Shape shape, ElementType type,
                                 std::vector<std::string> axes) {
  model_.graph.outputs.push_back(value_of(name, std::move(shape), type, std::move(axes)));
  return name;
}

std::string GraphBuilder::floats(std::string name, const Shape& shape,
                                 const std::vector<float>& values) {
  assert(element_count(shape) == std::ssize(values));
  return weight(float_tensor(std::move(name), shape, values));
}

std::string GraphBuilder::integers(std::string name, const std::vector<std::int64_t>& values) {
  return weight(int64_tensor(std::move(name), {std::ssize(values)}, values));
}

std::string GraphBuilder::integer(std::string name, std::int64_t value) {
  return weight(int64_tensor(std::move(name), {}, {&value, 1}));
}

std::string GraphBuilder::weight(Tensor tensor) {
  model_.graph.weights.push_back(std::move(tensor));
  return model_.graph.weights.back().name;
}

std::string GraphBuilder::node(std::string op, std::string name, std::vector<std::string> inputs,
                               Attributes attributes, std::string domain) {
  Node node{std::move(op), std::move(domain), name, std::move(inputs), {name}, {}};
  for (auto& [key, value] : attributes)
    node.attributes.push_back({std::move(key), std::move(value)});
  model_.graph.nodes.push_back(std::move(node));
  return name;
}

std::vector<std::string> GraphBuilder::nodes(std::string op, std::string name,
                                             std::vector<std::string> inputs,
                                             std::vector<std::string> outputs,
                                             Attributes attributes) {
  Node node{std::move(op), "", std::move(name), std::move(inputs), outputs, {}};
  for (auto& [key, value] : attributes)
    node.attributes.push_back({std::move(key), std::move(value)});
  model_.graph.nodes.push_back(std::move(node));
  return outputs;
}

void GraphBuilder::metadata(std::string key, std::string value) {
  model_.metadata.emplace_back(std::move(key), std::move(value));
}

std::string GraphBuilder::serialise() const {
  auto bytes = to_onnx_bytes(model_);
  assert(bytes);
  return *std::move(bytes);
}

}  // namespace jetmeter
