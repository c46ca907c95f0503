// Operators that put tensors together, take them apart, repeat or widen them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "cost/families.h"

namespace jetmeter {
namespace {

bool all_have(const NodeInputs& inputs, bool (*has)(const TensorFact&)) {
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!inputs.has(i) || !has(inputs.at(i))) return false;
  return true;
}

// Row by row: what lies before the axis is the row's number.
template <typename T>
std::vector<T> joined(const NodeInputs& inputs, std::size_t axis,
                      std::optional<std::vector<T>> TensorFact::*values) {
  const auto& first = inputs.shape(0);
  const auto rows = count_of(std::span(first).first(axis)).value_or(0);
  std::vector<T> all;
  for (std::uint64_t row = 0; row < rows; ++row)
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto& part = *(inputs.at(i).*values);
      const auto length = static_cast<std::ptrdiff_t>(part.size() / rows);
      const auto begin = part.begin() + static_cast<std::ptrdiff_t>(row) * length;
      all.insert(all.end(), begin, begin + length);
    }
  return all;
}

void join_values(const NodeInputs& inputs, std::size_t axis, TensorFact& output) {
  if (!is_small(*output.shape)) return;
  if (all_have(inputs, [](const TensorFact& fact) { return fact.integers.has_value(); }))
    output.integers = joined(inputs, axis,
                             static_cast<std::optional<std::vector<std::int64_t>> TensorFact::*>(
                                 &KnownTensor::integers));
  if (all_have(inputs, [](const TensorFact& fact) { return fact.floats.has_value(); }))
    output.floats = joined(inputs, axis, &TensorFact::floats);
}

Inferred<Outputs> concat(const NodeInputs& inputs) {
  Shape shape = inputs.shape(0);
  const auto axis = axis_of(int_attribute(inputs.node(), "axis", 0), shape.size());
  if (!axis) return tl::make_unexpected(axis.error());
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    if (!inputs.has(i)) return contradiction(fmt::format("lacks its input {}", i));
    Shape other = inputs.shape(i);
    if (other.size() != shape.size())
      return contradiction(
          fmt::format("cannot join {} and {}", format_shape(shape), format_shape(other)));
    const auto longer = add_extents(shape[*axis], other[*axis]);
    other[*axis] = shape[*axis];
    if (other != shape)
      return contradiction(fmt::format("cannot join {} and {} along axis {}",
                                       format_shape(inputs.shape(0)), format_shape(inputs.shape(i)),
                                       *axis));
    shape[*axis] = longer;
  }
  auto outputs = one_output(inputs.type(0), shape);
  join_values(inputs, *axis, outputs[0]);
  return outputs;
}

// Equal parts, the last of them smaller, as opset 18 has it; equal ones are the special case.
std::vector<std::int64_t> equal_parts(std::int64_t extent, std::int64_t count) {
  const auto each = extent / count + (extent % count != 0 ? 1 : 0);
  std::vector<std::int64_t> parts;
  for (std::int64_t i = 0; i < count; ++i) {
    parts.push_back(std::min(each, extent));
    extent -= parts.back();
  }
  return parts;
}

Inferred<Outputs> split(const NodeInputs& inputs) {
  const auto& x = inputs.shape(0);
  const auto axis = axis_of(int_attribute(inputs.node(), "axis", 0), x.size());
  if (!axis) return tl::make_unexpected(axis.error());
  const auto given = inputs.integers("split", 1);
  if (!given) return tl::make_unexpected(given.error());
  const auto count = std::ssize(inputs.node().outputs);
  const auto parts = *given ? **given : equal_parts(x[*axis], count);
  std::int64_t sum = 0;
  for (const auto part : parts) sum = add_extents(sum, part);
  if (std::ssize(parts) != count || sum != x[*axis] ||
      std::ranges::any_of(parts, [](auto part) { return part < 0; }))
    return contradiction(fmt::format("cannot split {} of {} into {} parts of {}", x[*axis],
                                     format_shape(x), count, fmt::join(parts, "+")));
  Outputs outputs;
  const auto strides = strides_of(x);
  std::int64_t at = 0;
  for (const auto part : parts) {
    Shape shape = x;
    shape[*axis] = part;
    outputs.push_back(fact_of(inputs.type(0), shape));
    if (has_values(inputs.at(0)))
      take_values(inputs.at(0), places_of(shape, strides, at * strides[*axis]), outputs.back());
    at += part;
  }
  return outputs;
}

Inferred<Outputs> expand(const NodeInputs& inputs) {
  const auto wanted = inputs.integers(1);
  if (!wanted) return tl::make_unexpected(wanted.error());
  if (wanted->size() > kMostAxes) return cannot_tell("it asks for too many axes");
  auto shape = broadcast_shapes(inputs.shape(0), *wanted);
  if (!shape) return tl::make_unexpected(shape.error());
  auto outputs = one_output(inputs.type(0), *std::move(shape));
  auto& output = outputs[0];
  if (has_values(inputs.at(0)) && is_small(*output.shape)) {
    auto strides = strides_of(inputs.shape(0));
    for (std::size_t i = 0; i < strides.size(); ++i)
      if (inputs.shape(0)[i] == 1) strides[i] = 0;
    strides.insert(strides.begin(), output.shape->size() - strides.size(), 0);
    take_values(inputs.at(0), places_of(*output.shape, strides), output);
  }
  return outputs;
}

Inferred<Outputs> tile(const NodeInputs& inputs) {
  const auto times = inputs.integers(1);
  if (!times) return tl::make_unexpected(times.error());
  Shape shape = inputs.shape(0);
  if (times->size() != shape.size())
    return contradiction(fmt::format("repeats {} axes of {}", times->size(), shape.size()));
  for (std::size_t i = 0; i < shape.size(); ++i) shape[i] = multiply_extents(shape[i], (*times)[i]);
  auto outputs = one_output(inputs.type(0), shape);
  // Of one element or one axis, which is what shapes are made with.
  if (has_values(inputs.at(0)) && shape.size() == 1 && shape[0] >= 0 && is_small(shape)) {
    std::vector<std::size_t> places;
    for (std::int64_t i = 0; i < shape[0]; ++i)
      places.push_back(static_cast<std::size_t>(i % inputs.shape(0)[0]));
    take_values(inputs.at(0), places, outputs[0]);
  }
  return outputs;
}

// Begins and ends for all axes, or for those that are named (opset 18).
Inferred<Outputs> pad(const NodeInputs& inputs) {
  Shape shape = inputs.shape(0);
  const auto given = inputs.integers("pads", 1);
  if (!given) return tl::make_unexpected(given.error());
  if (!*given) return contradiction("does not say how much it pads");
  const auto& pads = **given;
  std::vector<std::int64_t> named(shape.size());
  std::iota(named.begin(), named.end(), 0);
  if (inputs.has(3)) {
    auto axes = inputs.integers(3);
    if (!axes) return tl::make_unexpected(axes.error());
    named = *std::move(axes);
  }
  if (pads.size() != 2 * named.size())
    return contradiction(fmt::format("has {} pads for {} axes", pads.size(), named.size()));
  for (std::size_t i = 0; i < named.size(); ++i) {
    const auto axis = axis_of(named[i], shape.size());
    if (!axis) return tl::make_unexpected(axis.error());
    shape[*axis] = add_extents(add_extents(shape[*axis], pads[i]), pads[i + named.size()]);
  }
  return one_output(inputs.type(0), shape);
}

constexpr std::array kRules{
    OperatorRule{"Concat", 1, concat, no_flops},
    OperatorRule{"Split", 1, split, no_flops, ByteTraffic::all, 0b10},
    OperatorRule{"Expand", 2, expand, no_flops, ByteTraffic::all, 0b10},
    OperatorRule{"Tile", 2, tile, no_flops, ByteTraffic::all, 0b10},
    OperatorRule{"Pad", 1, pad, no_flops, ByteTraffic::all, 0b1110},
};

}  // namespace

std::span<const OperatorRule> joining_rules() {
  return kRules;
}

}  // namespace jetmeter
