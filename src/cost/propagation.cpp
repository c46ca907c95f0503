#include "cost/propagation.h"

#include <fmt/format.h>

#include <algorithm>

#include "cost/shape_math.h"

namespace jetmeter {
namespace {

// Bodies of control flow in each other.
constexpr int kDeepest = 16;

bool shapes_hang_on(const Tensor& tensor) {
  switch (tensor.type) {
    case ElementType::int32:
    case ElementType::int64:
    case ElementType::boolean: return tensor.elements() <= kMostValues;
    default: return false;
  }
}

// Scales are one number for each axis.
bool may_be_scales(const Tensor& tensor) {
  return (tensor.type == ElementType::float32 || tensor.type == ElementType::float64 ||
          tensor.type == ElementType::float16) &&
         tensor.shape.size() <= 1 && tensor.elements() <= 8;
}

// What a rule made must be a tensor: extents that can be counted, in bytes too.
Inferred<Outputs> checked(Inferred<Outputs> outputs) {
  if (!outputs) return outputs;
  for (auto& output : *outputs) {
    if (!output.shape) continue;
    const auto& shape = *output.shape;
    if (shape.size() > kMostAxes) return cannot_tell(fmt::format("it makes {} axes", shape.size()));
    const bool negative = std::ranges::any_of(shape, [](auto extent) { return extent < 0; });
    if (negative)
      return contradiction(fmt::format("would make a tensor of {}", fmt::join(shape, "x")));
    const auto count = count_of(shape);
    const auto width = std::max<std::size_t>(element_bytes(output.type), 1);
    const bool endless = std::ranges::any_of(shape, [](auto each) { return each >= kMostExtent; });
    if (endless || !count || !product_of({*count, width}))
      return contradiction(fmt::format("would make a tensor of {}: more than 64 bits can count",
                                       fmt::join(shape, "x")));
  }
  return outputs;
}

Result<void> broken(const Node& node, const std::string& what) {
  return fail(fmt::format("{} {}", describe(node), what));
}

}  // namespace

TensorFact fact_of(const Tensor& tensor) {
  auto fact = fact_of(tensor.type, tensor.shape);
  const auto count = count_of(tensor.shape);
  if (!count) {
    fact.shape.reset();
    return fact;
  }
  if (shapes_hang_on(tensor)) fact.integers = to_integers(tensor);
  if (fact.integers && fact.integers->size() != *count) fact.integers.reset();
  if (may_be_scales(tensor))
    if (const auto floats = to_floats(tensor); floats && floats->size() == *count)
      fact.floats = std::vector<double>(floats->begin(), floats->end());
  return fact;
}

Inferred<TensorFact> constant_fact(const Node& node) {
  if (const auto* tensor = attribute<Tensor>(node, "value")) return fact_of(*tensor);
  if (const auto* value = attribute<std::int64_t>(node, "value_int")) {
    auto fact = fact_of(ElementType::int64, {});
    fact.integers = {{*value}};
    return fact;
  }
  if (const auto* values = attribute<std::vector<std::int64_t>>(node, "value_ints")) {
    auto fact = fact_of(ElementType::int64, {std::ssize(*values)});
    if (values->size() <= kMostValues) fact.integers = *values;
    return fact;
  }
  if (const auto* value = attribute<float>(node, "value_float")) {
    auto fact = fact_of(ElementType::float32, {});
    fact.floats = {{*value}};
    return fact;
  }
  if (const auto* values = attribute<std::vector<float>>(node, "value_floats")) {
    auto fact = fact_of(ElementType::float32, {std::ssize(*values)});
    if (values->size() <= kMostValues) fact.floats.emplace(values->begin(), values->end());
    return fact;
  }
  return cannot_tell("jetmeter does not know this kind of constant");
}

std::vector<const TensorFact*> facts_of(const Node& node, const ShapeScope& scope) {
  std::vector<const TensorFact*> facts;
  for (const auto& name : node.inputs) facts.push_back(name.empty() ? nullptr : scope.find(name));
  while (!facts.empty() && node.inputs[facts.size() - 1].empty()) facts.pop_back();
  return facts;
}

Inferred<Outputs> Propagation::infer_body(const Graph& body, const ShapeScope& around) {
  ShapeScope scope(&around);
  // What the bodies' own nodes lack is told of the node around them.
  auto unknown = std::move(unknown_);
  auto declared = std::move(declared_);
  const auto followed = follow(body, scope);
  unknown_ = std::move(unknown);
  declared_ = std::move(declared);
  if (!followed) return contradiction(fmt::format("in a body, {}", followed.error().what));
  Outputs outputs;
  for (const auto& output : body.outputs) {
    const auto* fact = scope.find(output.name);
    if (fact == nullptr || !fact->shape) return cannot_tell(scope.why(output.name));
    outputs.push_back(*fact);
  }
  return outputs;
}

Inferred<Outputs> Propagation::infer_branches(const Node& node, const ShapeScope& scope) {
  const auto* then_branch = attribute<std::shared_ptr<Graph>>(node, "then_branch");
  const auto* else_branch = attribute<std::shared_ptr<Graph>>(node, "else_branch");
  if (then_branch == nullptr || else_branch == nullptr || node.inputs.empty())
    return contradiction("lacks a branch or a condition");
  if (depth_ >= kDeepest) return cannot_tell("its bodies lie too deep in each other");
  ++depth_;
  const auto* condition = scope.find(node.inputs[0]);
  const bool decided =
      condition != nullptr && condition->integers && condition->integers->size() == 1;
  Inferred<Outputs> outputs;
  if (decided) {
    outputs = infer_body(condition->integers->front() != 0 ? **then_branch : **else_branch, scope);
  } else {
    outputs = infer_body(**then_branch, scope);
    auto others = infer_body(**else_branch, scope);
    // No run takes a branch that contradicts itself.
    if (!others && others.error().contradiction) others = outputs;
    if (!outputs && outputs.error().contradiction) outputs = others;
    if (outputs && !others) outputs = tl::make_unexpected(others.error());
    for (std::size_t i = 0; outputs && i < outputs->size(); ++i) {
      auto& output = (*outputs)[i];
      output.integers.reset();
      output.floats.reset();
      if (i >= others->size() || (*others)[i].shape != output.shape)
        outputs = cannot_tell("its branches give different shapes");
    }
  }
  --depth_;
  return outputs;
}

Inferred<Outputs> Propagation::infer(const Node& node, const ShapeScope& scope) {
  if (node.op == "If" && node.domain.empty()) return infer_branches(node, scope);
  const auto* rule = find_rule(operator_name(node));
  if (rule == nullptr)
    return cannot_tell(fmt::format("jetmeter does not know the operator {}", operator_name(node)));
  auto facts = facts_of(node, scope);
  for (std::size_t i = 0; i < facts.size(); ++i)
    if (!node.inputs[i].empty() && (facts[i] == nullptr || !facts[i]->shape))
      return cannot_tell(scope.why(node.inputs[i]));
  if (facts.size() < rule->min_inputs)
    return contradiction(fmt::format("has {} inputs and needs {}", facts.size(), rule->min_inputs));
  const NodeInputs inputs(node, opset_, std::move(facts));
  for (std::size_t i = 0; i < rule->min_inputs; ++i)
    if (!inputs.has(i) && (rule->may_lack >> i & 1U) == 0)
      return contradiction(fmt::format("lacks its input {}", i));
  return checked(rule->shape(inputs));
}

void Propagation::learn_constants(const Graph& graph, ShapeScope& scope) {
  for (const auto& weight : graph.weights) {
    auto fact = fact_of(weight);
    count_values(fact);
    scope.learn(weight.name, std::move(fact));
  }
  declared_.clear();
  for (const auto* values : {&graph.values, &graph.outputs})
    for (const auto& value : *values) declared_.emplace(value.name, &value);
}

void Propagation::count_values(TensorFact& fact) {
  const auto count = (fact.integers ? std::ssize(*fact.integers) : 0) +
                     (fact.floats ? std::ssize(*fact.floats) : 0);
  if (count > values_left_) {
    fact.integers.reset();
    fact.floats.reset();
  } else {
    values_left_ -= count;
  }
}

void Propagation::keep(const Node& node, Outputs outputs, ShapeScope& scope) {
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    const auto& name = node.outputs[i];
    if (name.empty()) continue;
    if (i < outputs.size() && outputs[i].shape) {
      count_values(outputs[i]);
      scope.learn(name, std::move(outputs[i]));
    } else {
      const auto why = fmt::format("jetmeter does not know output {} of {}", i, describe(node));
      unknown_.push_back({describe(node), why});
      scope.miss(name, {}, why);
    }
  }
}

// What the file itself says of the outputs is taken where no rule can tell.
void Propagation::give_up(const Node& node, const std::string& why, ShapeScope& scope) {
  bool told = false;
  for (const auto& name : node.outputs) {
    if (name.empty()) continue;
    TensorFact fact;
    if (const auto value = declared_.find(name); value != declared_.end()) {
      fact.type = value->second->type;
      auto shape = closed_shape(*value->second, axes_);
      if (value->second->ranked && shape.size() <= kMostAxes && count_of(shape)) {
        fact.shape = std::move(shape);
        scope.learn(name, std::move(fact));
        continue;
      }
    }
    scope.miss(name, std::move(fact), why);
    if (!told) unknown_.push_back({describe(node), why});
    told = true;
  }
}

Result<void> Propagation::follow(const Graph& graph, ShapeScope& scope) {
  unknown_.clear();
  learn_constants(graph, scope);
  for (const auto& node : graph.nodes) {
    Inferred<Outputs> outputs;
    if (node.op == "Constant" && node.domain.empty()) {
      auto fact = constant_fact(node);
      if (fact)
        outputs = Outputs{*std::move(fact)};
      else
        outputs = tl::make_unexpected(fact.error());
    } else {
      outputs = infer(node, scope);
    }
    if (outputs) {
      keep(node, *std::move(outputs), scope);
    } else if (outputs.error().contradiction) {
      return broken(node, outputs.error().what);
    } else {
      give_up(node, outputs.error().what, scope);
    }
  }
  return {};
}

}  // namespace jetmeter
