#include "model/onnx_order.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

namespace jetmeter {
namespace {

using Producers = std::unordered_map<std::string, int>;

Producers producers_of(const onnx::GraphProto& graph) {
  Producers producers;
  for (int i = 0; i < graph.node_size(); ++i)
    for (const auto& name : graph.node(i).output())
      if (!name.empty()) producers.emplace(name, i);
  return producers;
}

void add_readings(const onnx::NodeProto& node, const Producers& producers, std::vector<int>& into) {
  const auto add = [&](const std::string& name) {
    if (const auto producer = producers.find(name); producer != producers.end())
      into.push_back(producer->second);
  };
  for (const auto& name : node.input()) add(name);
  for (const auto& attribute : node.attribute()) {
    if (!attribute.has_g()) continue;
    for (const auto& inner : attribute.g().node()) add_readings(inner, producers, into);
    for (const auto& output : attribute.g().output()) add(output.name());
  }
}

// For each node the nodes that it reads, in file order and once each.
std::vector<std::vector<int>> readings_of(const onnx::GraphProto& graph) {
  const auto producers = producers_of(graph);
  std::vector<std::vector<int>> readings(graph.node_size());
  for (int i = 0; i < graph.node_size(); ++i) {
    auto& list = readings[i];
    add_readings(graph.node(i), producers, list);
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  return readings;
}

std::vector<int> nodes_nobody_reads(const std::vector<std::vector<int>>& readings) {
  std::vector<bool> is_read(readings.size(), false);
  for (const auto& list : readings)
    for (const int node : list) is_read[node] = true;
  std::vector<int> leaves;
  for (std::size_t i = 0; i < readings.size(); ++i)
    if (!is_read[i]) leaves.push_back(static_cast<int>(i));
  return leaves;
}

}  // namespace

std::vector<int> execution_order(const onnx::GraphProto& graph) {
  const auto readings = readings_of(graph);
  std::vector<std::pair<int, bool>> stack;  // a node, and whether what it reads has been run
  for (const int leaf : nodes_nobody_reads(readings)) stack.emplace_back(leaf, false);
  std::vector<bool> visited(readings.size(), false);
  std::vector<int> order;
  while (!stack.empty()) {
    const auto [node, ready] = stack.back();
    stack.pop_back();
    if (ready) {
      order.push_back(node);
      continue;
    }
    if (visited[node]) continue;
    visited[node] = true;
    stack.emplace_back(node, true);
    for (const int read : readings[node])
      if (!visited[read]) stack.emplace_back(read, false);
  }
  return order;
}

}  // namespace jetmeter
