#include "quantize/layer_order.h"

#include <algorithm>
#include <set>
#include <string>

#include "quantize/layer_weight.h"

namespace jetmeter {
namespace {

bool any_of_these(const std::vector<std::string>& names, const std::set<std::string>& set) {
  return std::ranges::any_of(names, [&](const std::string& name) { return set.contains(name); });
}

}  // namespace

// Nodes stand in order, so that one walk in either direction meets everything once.
LayerOrder layer_order(const Graph& graph) {
  const auto n = graph.nodes.size();
  LayerOrder order{std::vector<bool>(n), std::vector<bool>(n)};
  std::set<std::string> from_layer, to_layer;
  for (std::size_t i = 0; i < n; ++i) {
    const auto& node = graph.nodes[i];
    order.behind_layer[i] = any_of_these(node.inputs, from_layer);
    if (order.behind_layer[i] || is_layer(node))
      from_layer.insert(node.outputs.begin(), node.outputs.end());
  }
  for (std::size_t i = n; i-- > 0;) {
    const auto& node = graph.nodes[i];
    order.before_layer[i] = any_of_these(node.outputs, to_layer);
    if (order.before_layer[i] || is_layer(node))
      to_layer.insert(node.inputs.begin(), node.inputs.end());
  }
  return order;
}

}  // namespace jetmeter
