#include <algorithm>

#include "convert/edit.h"

namespace jetmeter {
namespace {

void add_reads(const Node& node, NameSet& read) {
  read.insert(node.inputs.begin(), node.inputs.end());
  for_each_body(node, [&](const Graph& body) {
    for (const auto& inner : body.nodes) add_reads(inner, read);
    for (const auto& output : body.outputs) read.insert(output.name);
  });
}

struct Removed {
  std::uint64_t nodes = 0, weights = 0;
};

void remove_dead(Graph& graph, Removed& removed) {
  NameSet read;
  for (const auto& output : graph.outputs) read.insert(output.name);
  std::vector<Node> alive;
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    const bool used = std::ranges::any_of(
        node->outputs, [&](const auto& name) { return !name.empty() && read.contains(name); });
    if (!used) continue;
    // First the bodies: what only dead nodes in them read is dead too.
    for_each_own_body(*node, [&](Graph& body) { remove_dead(body, removed); });
    add_reads(*node, read);
    alive.push_back(std::move(*node));
  }
  removed.nodes += graph.nodes.size() - alive.size();
  std::ranges::reverse(alive);
  graph.nodes = std::move(alive);
  removed.weights +=
      std::erase_if(graph.weights, [&](const auto& each) { return !read.contains(each.name); });
  NameSet written;
  for (const auto& node : graph.nodes) written.insert(node.outputs.begin(), node.outputs.end());
  std::erase_if(graph.values, [&](const auto& each) { return !written.contains(each.name); });
}

}  // namespace

Rewrite remove_dead(ModelGraph model) {
  Rewrite result{std::move(model), {}};
  result.report = begin_report("remove dead", result.model);
  Removed removed;
  remove_dead(result.model.graph, removed);
  if (removed.nodes > 0)
    result.report.done.push_back(std::to_string(removed.nodes) + " nodes that no output hangs on");
  if (removed.weights > 0)
    result.report.done.push_back(std::to_string(removed.weights) + " weights that nobody reads");
  end_report(result.report, result.model);
  return result;
}

}  // namespace jetmeter
