// Operators that make tensors out of a few numbers.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cost/families.h"

namespace jetmeter {
namespace {

Inferred<Outputs> constant_of_shape(const NodeInputs& inputs) {
  const auto shape = inputs.integers(0);
  if (!shape) return tl::make_unexpected(shape.error());
  if (shape->size() > kMostAxes) return cannot_tell("it asks for too many axes");
  const auto* value = attribute<Tensor>(inputs.node(), "value");
  auto outputs = one_output(value ? value->type : ElementType::float32, *shape);
  if (!is_small(*shape)) return outputs;
  const auto count = static_cast<std::size_t>(*count_of(*shape));
  if (!value || value->elements() != 1) return outputs;
  if (const auto integers = to_integers(*value); integers && integers->size() == 1)
    outputs[0].integers = std::vector(count, integers->front());
  else if (const auto floats = to_floats(*value); floats && floats->size() == 1)
    outputs[0].floats = std::vector<double>(count, floats->front());
  return outputs;
}

Inferred<Outputs> range_of_floats(const NodeInputs& inputs) {
  std::array<double, 3> bounds{};
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const auto value = inputs.floats(i);
    if (!value) return tl::make_unexpected(value.error());
    if (value->size() != 1) return contradiction("needs single numbers");
    bounds[i] = value->front();
  }
  const auto count = std::ceil((bounds[1] - bounds[0]) / bounds[2]);
  if (!(std::abs(count) < 0x1p53)) return contradiction("counts to no end");
  return one_output(inputs.type(0), {count > 0 ? static_cast<std::int64_t>(count) : 0});
}

Inferred<Outputs> range(const NodeInputs& inputs) {
  if (inputs.at(0).floats) return range_of_floats(inputs);
  std::array<std::int64_t, 3> bounds{};
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const auto value = inputs.integer(i);
    if (!value) return tl::make_unexpected(value.error());
    bounds[i] = *value;
  }
  for (auto& bound : bounds) bound = std::clamp(bound, -kMostExtent, kMostExtent);
  const auto [start, limit, delta] = bounds;
  if (delta == 0) return contradiction("counts in steps of 0");
  const auto way = add_extents(limit, -start);
  const auto length = delta > 0 ? way : -way;
  const auto step = delta > 0 ? delta : -delta;
  const auto count = length > 0 ? (length - 1) / step + 1 : 0;
  auto outputs = one_output(inputs.type(0), {count});
  if (static_cast<std::uint64_t>(count) > kMostValues) return outputs;
  auto& values = outputs[0].integers.emplace();
  for (std::int64_t i = 0; i < count; ++i)
    values.push_back(add_extents(start, multiply_extents(i, delta)));
  return outputs;
}

// Of the type that the attribute names, of `otherwise` where it names none.
ElementType wished_type(const NodeInputs& inputs, ElementType otherwise) {
  const auto type = int_attribute(inputs.node(), "dtype", to_onnx(otherwise));
  return from_onnx(static_cast<int>(type & 0xFF));
}

Inferred<Outputs> made_at_random(const NodeInputs& inputs) {
  auto shape = ints_attribute(inputs.node(), "shape");
  if (shape.size() > kMostAxes) return cannot_tell("it asks for too many axes");
  return one_output(wished_type(inputs, ElementType::float32), std::move(shape));
}

Inferred<Outputs> made_like(const NodeInputs& inputs) {
  return one_output(wished_type(inputs, inputs.type(0)), inputs.shape(0));
}

constexpr std::array kRules{
    OperatorRule{"ConstantOfShape", 1, constant_of_shape, no_flops, ByteTraffic::all, 0b1},
    OperatorRule{"Range", 3, range, no_flops, ByteTraffic::all, 0b111},
    OperatorRule{"EyeLike", 1, made_like, no_flops},
    OperatorRule{"RandomNormal", 0, made_at_random, no_flops},
    OperatorRule{"RandomUniform", 0, made_at_random, no_flops},
    OperatorRule{"RandomNormalLike", 1, made_like, no_flops},
    OperatorRule{"RandomUniformLike", 1, made_like, no_flops},
    OperatorRule{"Bernoulli", 1, made_like, no_flops},
};

}  // namespace

std::span<const OperatorRule> generating_rules() {
  return kRules;
}

}  // namespace jetmeter
