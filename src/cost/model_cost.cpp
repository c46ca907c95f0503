#include <fmt/format.h>

#include <unordered_set>

#include "cost/activation_peak.h"
#include "cost/layer_cost.h"
#include "cost/propagation.h"
#include "cost/shape_math.h"
#include "jetmeter/cost.h"

namespace jetmeter {
namespace {

constexpr int kDeepest = 16;

bool is_if(const Node& node) {
  return node.op == "If" && node.domain.empty();
}

std::vector<const Graph*> bodies_of(const Node& node) {
  std::vector<const Graph*> bodies;
  for (const auto& each : node.attributes)
    if (const auto* body = std::get_if<std::shared_ptr<Graph>>(&each.value))
      bodies.push_back(body->get());
  return bodies;
}

std::optional<std::uint64_t> larger(std::optional<std::uint64_t> a,
                                    std::optional<std::uint64_t> b) {
  return a && b ? std::optional(std::max(*a, *b)) : std::nullopt;
}

// One after the other: their bodies do not live at the same time.
NodeCost together(const NodeCost& a, const NodeCost& b) {
  return {sum_of(a.flops, b.flops),           sum_of(a.other_flops, b.other_flops),
          sum_of(a.read_bytes, b.read_bytes), sum_of(a.write_bytes, b.write_bytes),
          a.why.empty() ? b.why : a.why,      false,
          larger(a.body_bytes, b.body_bytes)};
}

bool dearer(const NodeCost& a, const NodeCost& b) {
  return std::pair(a.flops, a.other_flops) >= std::pair(b.flops, b.other_flops);
}

class Coster {
 public:
  explicit Coster(std::int64_t opset) : opset_(opset) {}

  NodeCost node(const Node& node, const ShapeScope& scope, const NamedWeights& weights,
                int depth = 0) {
    if (!is_if(node)) return cost_of(node, opset_, scope, weights);
    const auto* condition = node.inputs.empty() ? nullptr : scope.find(node.inputs[0]);
    std::vector<const Graph*> branches;
    for (const auto* name : {"then_branch", "else_branch"})
      if (const auto* body = attribute<std::shared_ptr<Graph>>(node, name))
        branches.push_back(body->get());
    if (branches.size() != 2 || depth >= kDeepest)
      return {.why = "jetmeter cannot follow its bodies"};
    if (condition != nullptr && condition->integers && condition->integers->size() == 1)
      return body(*branches[condition->integers->front() != 0 ? 0 : 1], scope, weights, depth);
    auto then_cost = body(*branches[0], scope, weights, depth);
    auto else_cost = body(*branches[1], scope, weights, depth);
    if (then_cost.impossible) return else_cost;
    if (else_cost.impossible || !then_cost.flops) return then_cost;
    if (!else_cost.flops) return else_cost;
    auto chosen = dearer(then_cost, else_cost) ? then_cost : else_cost;
    chosen.body_bytes = larger(then_cost.body_bytes, else_cost.body_bytes);
    return chosen;
  }

 private:
  NodeCost body(const Graph& graph, const ShapeScope& around, const NamedWeights& outer,
                int depth) {
    ShapeScope scope(&around);
    Propagation propagation(opset_, {});
    if (auto followed = propagation.follow(graph, scope); !followed)
      return {.why = fmt::format("in a body, {}", followed.error().what), .impossible = true};
    const NamedWeights weights(graph, &outer);
    NodeCost sum{0, 0, 0, 0, ""};
    for (const auto& each : graph.nodes)
      if (each.op != "Constant") sum = together(sum, node(each, scope, weights, depth + 1));
    const auto own = activation_peak(graph, scope);
    sum.body_bytes = own ? sum_of(own->bytes, sum.body_bytes) : std::nullopt;
    return sum;
  }

  std::int64_t opset_;
};

// Parameters and bytes of weights. Each weight is counted once in the whole, at its first reader.
class WeightCounter {
 public:
  // Of the node and its bodies.
  void count(const Node& node, const NamedWeights& weights, LayerCost& layer, int depth = 0) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const auto* weight = weights.find(node.inputs[i]);
      if (weight == nullptr) continue;
      if (seen_here_.insert(weight).second) layer.weight_bytes += weight->byte_size();
      if (reads_parameters(node, i, weights) && counted_.insert(weight).second)
        layer.parameters += parameters_in(*weight);
    }
    if (depth >= kDeepest) return;
    for (const auto* body : bodies_of(node)) {
      const NamedWeights inner(*body, &weights);
      for (const auto& each : body->nodes) count(each, inner, layer, depth + 1);
    }
  }
  void next_layer() { seen_here_.clear(); }

 private:
  std::unordered_set<const Tensor*> counted_, seen_here_;
};

std::uint64_t bytes_of_weights(const Graph& graph, int depth = 0) {
  std::uint64_t bytes = 0;
  for (const auto& weight : graph.weights) bytes += weight.byte_size();
  for (const auto& node : graph.nodes) {
    if (node.op == "Constant")
      if (const auto* value = attribute<Tensor>(node, "value")) bytes += value->byte_size();
    if (depth < kDeepest)
      for (const auto* body : bodies_of(node)) bytes += bytes_of_weights(*body, depth + 1);
  }
  return bytes;
}

// Those of tensors that flow; weights are not among them.
std::vector<Shape> known_shapes(const std::vector<std::string>& names, const ShapeScope& scope,
                                const NamedWeights& weights) {
  std::vector<Shape> shapes;
  for (const auto& name : names)
    if (const auto* fact = scope.find(name);
        fact != nullptr && fact->shape && weights.find(name) == nullptr)
      shapes.push_back(*fact->shape);
  return shapes;
}

// Of what is known; absent when nothing is, or when it is more than 64 bits hold.
class Total {
 public:
  void add(const std::optional<std::uint64_t>& each) {
    if (!each) return;
    sum_ = any_ ? sum_of(sum_, each) : each;
    any_ = true;
  }
  std::optional<std::uint64_t> sum() const { return sum_; }

 private:
  std::optional<std::uint64_t> sum_;
  bool any_ = false;
};

void count_unknown(const Node& node, std::map<std::string, std::uint64_t>& unknown, int depth = 0) {
  if (!is_if(node) && node.op != "Constant" && find_rule(operator_name(node)) == nullptr)
    ++unknown[operator_name(node)];
  if (depth >= kDeepest) return;
  for (const auto* body : bodies_of(node))
    for (const auto& each : body->nodes) count_unknown(each, unknown, depth + 1);
}

// The table's tensors as a scope, with its reasons at hand.
ShapeScope scope_of(const ShapeTable& table, const Graph& graph) {
  ShapeScope scope;
  std::unordered_map<std::string, std::string> why;
  for (const auto& unknown : table.unknown) why.emplace(unknown.node, unknown.why);
  for (const auto& [name, tensor] : table.tensors) {
    TensorFact fact;
    static_cast<KnownTensor&>(fact) = tensor;
    scope.learn(name, std::move(fact));
  }
  if (why.empty()) return scope;
  for (const auto& node : graph.nodes)
    if (const auto found = why.find(describe(node)); found != why.end())
      for (const auto& name : node.outputs)
        if (const auto* fact = scope.find(name); fact != nullptr && !fact->shape)
          scope.miss(name, *fact, found->second);
  return scope;
}

// What stood in the way when shapes were followed.
std::optional<std::string> reason_of(const Node& node, const ShapeScope& scope) {
  for (const auto& name : node.outputs)
    if (const auto* fact = scope.find(name); fact != nullptr && !fact->shape)
      return scope.why(name);
  return std::nullopt;
}

LayerCost layer_of(const Node& node, std::size_t index, const ShapeScope& scope,
                   const NamedWeights& weights) {
  LayerCost layer;
  layer.name = node.name;
  layer.op = operator_name(node);
  layer.inputs = known_shapes(node.inputs, scope, weights);
  layer.outputs = known_shapes(node.outputs, scope, weights);
  layer.node = index;
  return layer;
}

}  // namespace

ModelCost model_cost(const ModelGraph& model, const ShapeTable& table) {
  const auto& graph = model.graph;
  const auto scope = scope_of(table, graph);
  const NamedWeights weights(graph);
  Coster coster(opset_of(model));
  WeightCounter counter;
  ModelCost cost;
  Total flops, others, read, written;
  cost.peak_body_bytes = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto& node = graph.nodes[i];
    if (node.op == "Constant" && node.domain.empty()) continue;
    auto layer = layer_of(node, i, scope, weights);
    counter.next_layer();
    counter.count(node, weights, layer);
    auto found = coster.node(node, scope, weights);
    count_unknown(node, cost.unknown_operators);
    if (!found.why.empty())
      cost.unknown.push_back({describe(node), reason_of(node, scope).value_or(found.why)});
    layer.flops = found.flops;
    layer.other_flops = found.other_flops;
    layer.read_bytes = found.read_bytes;
    layer.write_bytes = found.write_bytes;
    cost.parameters += layer.parameters;
    flops.add(layer.flops);
    others.add(layer.other_flops);
    read.add(layer.read_bytes);
    written.add(layer.write_bytes);
    cost.peak_body_bytes = larger(cost.peak_body_bytes, found.body_bytes);
    cost.layers.push_back(std::move(layer));
  }
  cost.flops = flops.sum();
  cost.other_flops = others.sum();
  cost.read_bytes = read.sum();
  cost.write_bytes = written.sum();
  cost.weight_bytes = bytes_of_weights(graph);
  if (const auto peak = activation_peak(graph, scope)) {
    cost.peak_activation_bytes = peak->bytes;
    if (!graph.nodes.empty()) cost.peak_layer = describe(graph.nodes[peak->node]);
  }
  return cost;
}

Result<ModelCost> model_cost(const ModelGraph& model, const ShapeHints& hints) {
  const auto table = propagate_shapes(model, hints);
  if (!table) return tl::make_unexpected(table.error());
  return model_cost(model, *table);
}

}  // namespace jetmeter
