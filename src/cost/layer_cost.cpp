#include "cost/layer_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cost/families.h"
#include "cost/propagation.h"

namespace jetmeter {
namespace {

using Count = std::optional<std::uint64_t>;

bool is_elementwise(const OperatorRule* rule) {
  const auto all = elementwise_rules();
  return rule >= all.data() && rule < all.data() + all.size();
}

// Whether its operations are multiply-adds.
bool multiplies(const OperatorRule* rule) {
  for (const auto& family :
       {convolution_rules(), matmul_rules(), attention_rules(), recurrent_rules()})
    if (rule >= family.data() && rule < family.data() + family.size()) return true;
  return false;
}

// ONNX's types of one byte and less: float8 in its kinds, int4, float4.
bool is_narrow(int onnx_type) {
  return onnx_type >= 17 && onnx_type <= 23;
}

// Each tensor once, however often the node names it.
Count bytes_read(const Node& node, const NodeInputs& inputs, const NamedWeights& weights,
                 const OperatorRule& rule, Count written) {
  Count sum = 0;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs.has(i) || !seen.insert(node.inputs[i]).second) continue;
    const auto* weight = weights.find(node.inputs[i]);
    const auto whole = weight != nullptr ? Count(weight->byte_size()) : bytes_of(inputs.at(i));
    const bool partly = i == 0 && rule.traffic == ByteTraffic::gathered && whole && written;
    sum = sum_of(sum, partly ? std::min(*whole, *written) : whole);
  }
  return sum;
}

Count bytes_written(const Outputs& outputs) {
  Count sum = 0;
  for (const auto& output : outputs)
    if (output.shape) sum = sum_of(sum, bytes_of(output));
  return sum;
}

Inferred<Outputs> outputs_of(const Node& node, const ShapeScope& scope) {
  Outputs outputs;
  for (const auto& name : node.outputs) {
    outputs.emplace_back();
    if (name.empty()) continue;
    const auto* fact = scope.find(name);
    if (fact == nullptr || !fact->shape) return cannot_tell(scope.why(name));
    outputs.back() = fact_of(fact->type, *fact->shape);
  }
  if (outputs.empty()) return cannot_tell("it writes nothing");
  return outputs;
}

}  // namespace

NamedWeights::NamedWeights(const Graph& graph, const NamedWeights* around) : around_(around) {
  for (const auto& weight : graph.weights) entries_.emplace(weight.name, Entry{&weight, true});
  for (const auto& node : graph.nodes)
    if (node.op == "Constant" && node.outputs.size() == 1)
      if (const auto* value = attribute<Tensor>(node, "value"))
        entries_.emplace(node.outputs[0], Entry{value, false});
}

const Tensor* NamedWeights::find(const std::string& name) const {
  for (const auto* weights = this; weights != nullptr; weights = weights->around_)
    if (const auto found = weights->entries_.find(name); found != weights->entries_.end())
      return found->second.tensor;
  return nullptr;
}

bool NamedWeights::is_initialiser(const std::string& name) const {
  for (const auto* weights = this; weights != nullptr; weights = weights->around_)
    if (const auto found = weights->entries_.find(name); found != weights->entries_.end())
      return found->second.initialiser;
  return false;
}

bool reads_parameters(const Node& node, std::size_t input, const NamedWeights& weights) {
  const auto* weight = weights.find(node.inputs[input]);
  if (weight == nullptr) return false;
  const auto* rule = find_rule(operator_name(node));
  if (rule == nullptr) return true;
  if (input < 32 && (rule->arguments >> input & 1U) != 0) return false;
  // Some exporters write all weights as Constant nodes; others only grids, anchors and positions.
  if (!weights.is_initialiser(node.inputs[input])) return multiplies(rule);
  return !is_elementwise(rule) || !weight->shape.empty();
}

std::uint64_t parameters_in(const Tensor& tensor) {
  switch (tensor.type) {
    case ElementType::float32:
    case ElementType::float16:
    case ElementType::bfloat16:
    case ElementType::float64:
    case ElementType::int8:
    case ElementType::uint8: return tensor.elements();
    case ElementType::other: return is_narrow(tensor.onnx_type) ? tensor.elements() : 0;
    default: return 0;
  }
}

NodeCost cost_of(const Node& node, std::int64_t opset, const ShapeScope& scope,
                 const NamedWeights& weights) {
  const auto* rule = find_rule(operator_name(node));
  if (rule == nullptr)
    return {.why = fmt::format("jetmeter does not know the operator {}", operator_name(node))};
  auto facts = facts_of(node, scope);
  for (std::size_t i = 0; i < facts.size(); ++i)
    if (!node.inputs[i].empty() && (facts[i] == nullptr || !facts[i]->shape))
      return {.why = scope.why(node.inputs[i])};
  const auto outputs = outputs_of(node, scope);
  if (!outputs) return {.why = outputs.error().what};
  const NodeInputs inputs(node, opset, std::move(facts));
  NodeCost cost;
  const auto operations = rule->flops(inputs, *outputs);
  const bool adds = multiplies(rule);
  cost.flops = adds || !operations ? operations : 0;
  cost.other_flops = adds && operations ? 0 : operations;
  if (!operations) cost.why = "jetmeter cannot count the operations of this form";
  if (rule->traffic == ByteTraffic::none) {
    cost.read_bytes = cost.write_bytes = 0;
    return cost;
  }
  cost.write_bytes = bytes_written(*outputs);
  cost.read_bytes = bytes_read(node, inputs, weights, *rule, cost.write_bytes);
  if (!cost.write_bytes || !cost.read_bytes)
    cost.why = "it moves elements of a type whose size jetmeter does not know";
  return cost;
}

}  // namespace jetmeter
