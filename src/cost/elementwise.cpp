// Operators that compute each element of their output from the elements at its place.
#include <array>

#include "cost/arithmetic.h"
#include "cost/families.h"

namespace jetmeter {

Inferred<Outputs> like_first(const NodeInputs& inputs) {
  auto outputs = one_output(inputs.type(0), inputs.shape(0));
  compute_values(inputs, outputs[0]);
  return outputs;
}

Inferred<Outputs> broadcast_all(const NodeInputs& inputs) {
  Shape shape = inputs.shape(0);
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    if (!inputs.has(i)) continue;
    auto wider = broadcast_shapes(shape, inputs.shape(i));
    if (!wider) return tl::make_unexpected(wider.error());
    shape = *std::move(wider);
  }
  auto outputs = one_output(inputs.type(0), std::move(shape));
  compute_values(inputs, outputs[0]);
  return outputs;
}

namespace {

Inferred<Outputs> retyped(Inferred<Outputs> outputs, const NodeInputs& inputs, ElementType type) {
  if (!outputs) return outputs;
  auto& first = (*outputs)[0];
  first.type = type;
  first.integers.reset();
  first.floats.reset();
  compute_values(inputs, first);
  return outputs;
}

Inferred<Outputs> compared(const NodeInputs& inputs) {
  return retyped(broadcast_all(inputs), inputs, ElementType::boolean);
}

Inferred<Outputs> tested(const NodeInputs& inputs) {
  return retyped(like_first(inputs), inputs, ElementType::boolean);
}

Inferred<Outputs> chosen(const NodeInputs& inputs) {
  return retyped(broadcast_all(inputs), inputs, inputs.type(1));
}

Inferred<Outputs> cast(const NodeInputs& inputs) {
  const auto to = int_attribute(inputs.node(), "to", 0);
  return retyped(like_first(inputs), inputs,
                 to > 0 && to < 100 ? from_onnx(static_cast<int>(to)) : ElementType::other);
}

Inferred<Outputs> cast_like(const NodeInputs& inputs) {
  return retyped(like_first(inputs), inputs, inputs.type(1));
}

// Each input after the first is one more operation.
Flops per_pair(const NodeInputs& inputs, const Outputs& outputs) {
  return product_of({inputs.size() - 1, elements_of(outputs[0])});
}

constexpr OperatorRule unary(std::string_view name) {
  return {name, 1, like_first, per_output<1>};
}
constexpr OperatorRule binary(std::string_view name) {
  return {name, 2, broadcast_all, per_output<1>};
}
constexpr OperatorRule comparison(std::string_view name) {
  return {name, 2, compared, per_output<1>};
}
constexpr OperatorRule several(std::string_view name) {
  return {name, 1, broadcast_all, per_pair};
}

constexpr std::array kRules{
    unary("Abs"),
    unary("Acos"),
    unary("Acosh"),
    unary("Asin"),
    unary("Asinh"),
    unary("Atan"),
    unary("Atanh"),
    unary("BitwiseNot"),
    unary("Ceil"),
    unary("Celu"),
    unary("Cos"),
    unary("Cosh"),
    unary("Elu"),
    unary("Erf"),
    unary("Exp"),
    unary("Floor"),
    unary("Gelu"),
    unary("HardSigmoid"),
    unary("HardSwish"),
    unary("LeakyRelu"),
    unary("Log"),
    unary("Mish"),
    unary("Neg"),
    unary("Not"),
    unary("Reciprocal"),
    unary("Relu"),
    unary("Round"),
    unary("Selu"),
    unary("Shrink"),
    unary("Sigmoid"),
    unary("Sign"),
    unary("Sin"),
    unary("Sinh"),
    unary("Softplus"),
    unary("Softsign"),
    unary("Sqrt"),
    unary("Swish"),
    unary("Tan"),
    unary("Tanh"),
    unary("ThresholdedRelu"),
    unary("com.microsoft.Gelu"),
    unary("com.microsoft.QuickGelu"),
    unary("com.microsoft.FastGelu"),
    unary("com.microsoft.BiasGelu"),
    OperatorRule{"com.microsoft.RotaryEmbedding", 4, like_first, per_output<3>, ByteTraffic::all,
                 0b1110},
    OperatorRule{"RotaryEmbedding", 3, like_first, per_output<3>, ByteTraffic::all, 0b1110},
    OperatorRule{"Clip", 1, like_first, per_output<1>, ByteTraffic::all, 0b110},
    OperatorRule{"Cast", 1, cast, no_flops},
    OperatorRule{"CastLike", 2, cast_like, no_flops},
    OperatorRule{"IsInf", 1, tested, per_output<1>},
    OperatorRule{"IsNaN", 1, tested, per_output<1>},
    binary("Add"),
    binary("And"),
    binary("BitShift"),
    binary("BitwiseAnd"),
    binary("BitwiseOr"),
    binary("BitwiseXor"),
    binary("Div"),
    binary("Mod"),
    binary("Mul"),
    binary("Or"),
    binary("PRelu"),
    binary("Pow"),
    binary("Sub"),
    binary("Xor"),
    comparison("Equal"),
    comparison("Greater"),
    comparison("GreaterOrEqual"),
    comparison("Less"),
    comparison("LessOrEqual"),
    several("Max"),
    several("Mean"),
    several("Min"),
    several("Sum"),
    OperatorRule{"Where", 3, chosen, no_flops},
};

}  // namespace

std::span<const OperatorRule> elementwise_rules() {
  return kRules;
}

}  // namespace jetmeter
