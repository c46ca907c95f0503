#include "convert/edit.h"

#include <utility>

namespace jetmeter {
namespace {

void add_reads(const Graph& graph, NameSet& names) {
  for (const auto& node : graph.nodes) {
    names.insert(node.inputs.begin(), node.inputs.end());
    for_each_body(node, [&](const Graph& body) { add_reads(body, names); });
  }
  for (const auto& output : graph.outputs) names.insert(output.name);
}

void rename_within(Graph& graph, const NameMap& names, bool outputs) {
  const auto rename = [&](std::string& name) {
    if (const auto found = names.find(name); found != names.end()) name = found->second;
  };
  for (auto& node : graph.nodes) {
    for (auto& input : node.inputs) rename(input);
    for_each_own_body(node, [&](Graph& body) { rename_within(body, names, true); });
  }
  if (outputs)
    for (auto& output : graph.outputs) rename(output.name);
}

// Absent: no numbers, or none that can be had without knowing more.
std::optional<Tensor> constant_of(const Node& node) {
  if (node.op != "Constant" || !node.domain.empty() || node.outputs.size() != 1 ||
      node.attributes.size() != 1)
    return std::nullopt;
  const auto& [key, value] = node.attributes[0];
  const auto& name = node.outputs[0];
  if (const auto* tensor = std::get_if<Tensor>(&value); tensor && key == "value") {
    auto copy = *tensor;
    copy.name = name;
    return copy;
  }
  if (const auto* one = std::get_if<float>(&value)) return float_tensor(name, {}, {one, 1});
  if (const auto* one = std::get_if<std::int64_t>(&value)) return int64_tensor(name, {}, {one, 1});
  if (const auto* all = std::get_if<std::vector<float>>(&value))
    return float_tensor(name, {std::ssize(*all)}, *all);
  if (const auto* all = std::get_if<std::vector<std::int64_t>>(&value))
    return int64_tensor(name, {std::ssize(*all)}, *all);
  return std::nullopt;
}

}  // namespace

void for_each_own_body(Node& node, const std::function<void(Graph&)>& use) {
  for (auto& attribute : node.attributes)
    if (auto* body = std::get_if<std::shared_ptr<Graph>>(&attribute.value)) {
      if (body->use_count() > 1) *body = std::make_shared<Graph>(**body);
      use(**body);
    }
}

void for_each_body(const Node& node, const std::function<void(const Graph&)>& use) {
  for (const auto& attribute : node.attributes)
    if (const auto* body = std::get_if<std::shared_ptr<Graph>>(&attribute.value)) use(**body);
}

FreshNames::FreshNames(const Graph& graph) {
  add(graph);
}

void FreshNames::add(const Graph& graph) {
  for (const auto& value : graph.inputs) taken_.insert(value.name);
  for (const auto& value : graph.outputs) taken_.insert(value.name);
  for (const auto& weight : graph.weights) taken_.insert(weight.name);
  for (const auto& node : graph.nodes) {
    taken_.insert(node.name);
    taken_.insert(node.outputs.begin(), node.outputs.end());
    for_each_body(node, [&](const Graph& body) { add(body); });
  }
}

std::string FreshNames::operator()(const std::string& wish) {
  auto name = wish;
  for (int i = 2; !taken_.insert(name).second; ++i) name = wish + "_" + std::to_string(i);
  return name;
}

NameSet names_read_by_bodies(const Graph& graph) {
  NameSet names;
  for (const auto& node : graph.nodes)
    for_each_body(node, [&](const Graph& body) { add_reads(body, names); });
  return names;
}

void rename_reads(Graph& graph, const NameMap& names) {
  if (!names.empty()) rename_within(graph, names, false);
}

std::uint64_t lift_constants(Graph& graph) {
  return std::erase_if(graph.nodes, [&](const Node& node) {
    auto tensor = constant_of(node);
    if (tensor) graph.weights.push_back(*std::move(tensor));
    return tensor.has_value();
  });
}

std::uint64_t count_nodes(const Graph& graph) {
  std::uint64_t count = graph.nodes.size();
  for (const auto& node : graph.nodes)
    for_each_body(node, [&](const Graph& body) { count += count_nodes(body); });
  return count;
}

std::uint64_t count_weight_bytes(const Graph& graph) {
  std::uint64_t bytes = 0;
  for (const auto& weight : graph.weights) bytes += weight.byte_size();
  for (const auto& node : graph.nodes) {
    for (const auto& attribute : node.attributes)
      if (const auto* tensor = std::get_if<Tensor>(&attribute.value)) bytes += tensor->byte_size();
    for_each_body(node, [&](const Graph& body) { bytes += count_weight_bytes(body); });
  }
  return bytes;
}

RewriteReport begin_report(std::string pass, const ModelGraph& model) {
  RewriteReport report;
  report.pass = std::move(pass);
  report.nodes_before = count_nodes(model.graph);
  report.weight_bytes_before = count_weight_bytes(model.graph);
  return report;
}

void end_report(RewriteReport& report, const ModelGraph& model) {
  report.nodes_after = count_nodes(model.graph);
  report.weight_bytes_after = count_weight_bytes(model.graph);
}

}  // namespace jetmeter
