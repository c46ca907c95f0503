#include "run/worked_out_activations.h"

#include <algorithm>
#include <memory>
#include <variant>

#include "jetmeter/cost.h"
#include "jetmeter/graph.h"

namespace jetmeter {
namespace {

bool has_body(const Node& node) {
  return std::ranges::any_of(node.attributes, [](const auto& attribute) {
    return std::holds_alternative<std::shared_ptr<Graph>>(attribute.value);
  });
}

std::uint64_t written_in_bodies(const Graph& graph, const ModelCost& cost) {
  std::uint64_t most = 0;
  for (const auto& layer : cost.layers)
    if (has_body(graph.nodes.at(layer.node))) most = std::max(most, layer.write_bytes.value_or(0));
  return most;
}

}  // namespace

std::optional<std::uint64_t> worked_out_activations(const std::filesystem::path& model,
                                                    const ShapeHints& hints) {
  const auto read = read_onnx(model);
  if (!read) return std::nullopt;
  const auto cost = model_cost(*read, hints);
  if (!cost || !cost->complete() || !cost->peak_activation_bytes) return std::nullopt;
  return *cost->peak_activation_bytes + written_in_bodies(read->graph, *cost);
}

}  // namespace jetmeter
