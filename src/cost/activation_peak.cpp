#include "cost/activation_peak.h"

#include <algorithm>
#include <unordered_set>

#include "cost/shape_math.h"

namespace jetmeter {
namespace {

// Bodies of control flow in each other; deeper ones were never followed.
constexpr int kDeepest = 16;

void add_read(const Node& node, std::vector<std::string>& names, int depth) {
  for (const auto& name : node.inputs)
    if (!name.empty()) names.push_back(name);
  if (depth >= kDeepest) return;
  for (const auto& each : node.attributes)
    if (const auto* body = std::get_if<std::shared_ptr<Graph>>(&each.value)) {
      for (const auto& inner : (*body)->nodes) add_read(inner, names, depth + 1);
      for (const auto& output : (*body)->outputs) names.push_back(output.name);
    }
}

class Lives {
 public:
  Lives(const Graph& graph, const ShapeScope& scope) : graph_(graph), scope_(scope) {
    for (const auto& weight : graph.weights) not_counted_.insert(weight.name);
    for (const auto* values : {&graph.inputs, &graph.outputs})
      for (const auto& value : *values) {
        if (!not_counted_.insert(value.name).second) continue;
        always_ = sum_of(always_, bytes(value.name));
      }
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      for (const auto& name : names_read(graph.nodes[i])) last_read_[name] = i;
      for (const auto& name : graph.nodes[i].outputs) last_read_.emplace(name, i);
    }
  }

  std::optional<ActivationPeak> peak() {
    ActivationPeak peak{always_.value_or(0), 0};
    auto alive = always_;
    std::vector<std::uint64_t> freed(graph_.nodes.size(), 0);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const auto& node = graph_.nodes[i];
      for (const auto& name : node.outputs) {
        if (name.empty() || node.op == "Constant" || !not_counted_.insert(name).second) continue;
        const auto size = bytes(name);
        alive = sum_of(alive, size);
        if (alive) freed[last_read_.at(name)] += *size;
      }
      if (!alive) return std::nullopt;
      if (*alive > peak.bytes) peak = {*alive, i};
      *alive -= freed[i];
    }
    return alive ? std::optional(peak) : std::nullopt;
  }

 private:
  std::optional<std::uint64_t> bytes(const std::string& name) const {
    const auto* fact = scope_.find(name);
    return fact != nullptr ? bytes_of(*fact) : std::nullopt;
  }

  const Graph& graph_;
  const ShapeScope& scope_;
  std::unordered_set<std::string> not_counted_;  // weights, and what was counted already
  std::optional<std::uint64_t> always_ = 0;
  std::unordered_map<std::string, std::size_t> last_read_;
};

}  // namespace

std::vector<std::string> names_read(const Node& node) {
  std::vector<std::string> names;
  add_read(node, names, 0);
  return names;
}

std::optional<ActivationPeak> activation_peak(const Graph& graph, const ShapeScope& scope) {
  return Lives(graph, scope).peak();
}

}  // namespace jetmeter
