#include "model/onnx_order.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <unordered_map>
#include <utility>

#include "model/onnx_operators.h"

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

// `rank` of each node, in the place of its index.
std::vector<int> walk_back(const std::vector<std::vector<int>>& readings,
                           const std::vector<int>& rank) {
  const auto by_rank = [&](int a, int b) { return rank[a] < rank[b]; };
  auto leaves = nodes_nobody_reads(readings);
  std::sort(leaves.begin(), leaves.end(), by_rank);
  std::vector<std::pair<int, bool>> stack;  // a node, and whether what it reads has been run
  for (const int leaf : leaves) stack.emplace_back(leaf, false);
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
    auto sorted = readings[node];
    std::sort(sorted.begin(), sorted.end(), by_rank);
    for (const int read : sorted)
      if (!visited[read]) stack.emplace_back(read, false);
  }
  return order;
}

// The last node of each pair that becomes one: Conv and the activation function that alone reads
// it, Sigmoid and the Mul with its own input.
std::vector<bool> ends_a_fusion(const onnx::GraphProto& graph,
                                const std::vector<std::vector<int>>& readings) {
  std::vector<int> readers(readings.size(), 0);
  for (const auto& list : readings)
    for (const int node : list) ++readers[node];
  std::vector<bool> ends(readings.size(), false);
  for (std::size_t i = 0; i < readings.size(); ++i)
    for (const int read : readings[i]) {
      const auto& before = graph.node(read).op_type();
      const auto& after = graph.node(static_cast<int>(i)).op_type();
      const bool activated = before == "Conv" && is_activation_function(after);
      const bool gated = before == "Sigmoid" && after == "Mul";
      if (readers[read] == 1 && (activated || gated)) ends[i] = true;
    }
  return ends;
}

}  // namespace

std::vector<int> execution_order(const onnx::GraphProto& graph) {
  const auto readings = readings_of(graph);
  std::vector<int> rank(readings.size());
  std::iota(rank.begin(), rank.end(), 0);
  const auto fused = ends_a_fusion(graph, readings);
  auto next = static_cast<int>(readings.size());
  for (const int node : walk_back(readings, rank))
    if (fused[node]) rank[node] = next++;
  return walk_back(readings, rank);
}

}  // namespace jetmeter
