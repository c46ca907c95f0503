#include <fmt/format.h>

#include "jetmeter/graph.h"

namespace jetmeter {

GraphIndex::GraphIndex(const Graph& graph) {
  for (const auto& weight : graph.weights) weights_.emplace(weight.name, &weight);
  for (const auto& node : graph.nodes) {
    for (const auto& name : node.outputs)
      if (!name.empty()) producers_.emplace(name, &node);
    for (const auto& name : node.inputs) {
      if (name.empty()) continue;
      auto& readers = consumers_[name];
      if (readers.empty() || readers.back() != &node) readers.push_back(&node);
    }
    if (node.op == "Constant" && node.outputs.size() == 1)
      if (const auto* value = attribute<Tensor>(node, "value"))
        weights_.emplace(node.outputs[0], value);
  }
  for (const auto& output : graph.outputs) outputs_.emplace(output.name, true);
}

const Tensor* GraphIndex::weight(std::string_view name) const {
  const auto found = weights_.find(name);
  return found == weights_.end() ? nullptr : found->second;
}

const Node* GraphIndex::producer(std::string_view name) const {
  const auto found = producers_.find(name);
  return found == producers_.end() ? nullptr : found->second;
}

std::span<const Node* const> GraphIndex::consumers(std::string_view name) const {
  const auto found = consumers_.find(name);
  if (found == consumers_.end()) return {};
  return found->second;
}

bool GraphIndex::is_output(std::string_view name) const {
  return outputs_.find(name) != outputs_.end();
}

std::int64_t int_attribute(const Node& node, std::string_view name, std::int64_t otherwise) {
  const auto* value = attribute<std::int64_t>(node, name);
  return value ? *value : otherwise;
}

float float_attribute(const Node& node, std::string_view name, float otherwise) {
  const auto* value = attribute<float>(node, name);
  return value ? *value : otherwise;
}

std::string text_attribute(const Node& node, std::string_view name, std::string otherwise) {
  const auto* value = attribute<std::string>(node, name);
  return value ? *value : otherwise;
}

std::vector<std::int64_t> ints_attribute(const Node& node, std::string_view name,
                                         std::vector<std::int64_t> otherwise) {
  const auto* value = attribute<std::vector<std::int64_t>>(node, name);
  return value ? *value : otherwise;
}

void set_attribute(Node& node, std::string name, AttributeData value) {
  for (auto& each : node.attributes)
    if (each.name == name) {
      each.value = std::move(value);
      return;
    }
  node.attributes.push_back({std::move(name), std::move(value)});
}

std::string operator_name(const Node& node) {
  const auto quoted = in_quotes(node.domain.empty() ? node.op : node.domain + "." + node.op);
  return quoted.substr(1, quoted.size() - 2);
}

std::string describe(const Node& node) {
  std::string name = node.name;
  for (const auto& output : node.outputs)
    if (name.empty()) name = output;
  return fmt::format("{} {}", operator_name(node), in_quotes(name));
}

}  // namespace jetmeter
