// Operators that pick elements by their place, or put them there.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cost/families.h"

namespace jetmeter {
namespace {

// ---- Slice -------------------------------------------------------------------------------------

struct Cut {
  std::int64_t start = 0, step = 1, count = 0;
};

// As ONNX has it: bounds from the end where they are negative, held to what is there.
Cut cut_of(std::int64_t extent, std::int64_t start, std::int64_t end, std::int64_t step) {
  const auto lowest = std::int64_t{step < 0 ? -1 : 0};
  const auto highest = step < 0 ? extent - 1 : extent;
  start = std::clamp(start < 0 ? add_extents(start, extent) : start, std::int64_t{0},
                     highest < 0 ? std::int64_t{0} : highest);
  end = std::clamp(end < 0 ? add_extents(end, extent) : end, lowest, std::max(highest, lowest));
  const auto way = step < 0 ? start - end : end - start;
  const auto stride = step < 0 ? -step : step;
  if (way <= 0 || extent == 0) return {0, step, 0};
  return {start, step, (way - 1) / stride + 1};
}

struct SliceArguments {
  std::vector<std::int64_t> starts, ends, axes, steps;
};

Inferred<SliceArguments> slice_arguments(const NodeInputs& inputs) {
  std::array<std::vector<std::int64_t>, 4> lists;
  constexpr std::array<std::string_view, 4> kNames{"starts", "ends", "axes", "steps"};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    auto given = inputs.integers(kNames[i], i + 1);
    if (!given) return tl::make_unexpected(given.error());
    if (*given) lists[i] = **std::move(given);
  }
  const auto count = lists[0].size();
  if (lists[2].empty())
    for (std::size_t i = 0; i < count; ++i) lists[2].push_back(static_cast<std::int64_t>(i));
  if (lists[3].empty()) lists[3].assign(count, 1);
  for (const auto& list : lists)
    if (list.size() != count)
      return contradiction("has starts, ends, axes and steps that differ in number");
  for (auto& step : lists[3]) {
    if (step == 0) return contradiction("goes in steps of 0");
    step = std::clamp(step, -kMostExtent, kMostExtent);
  }
  return SliceArguments{lists[0], lists[1], lists[2], lists[3]};
}

Inferred<Outputs> slice(const NodeInputs& inputs) {
  const auto arguments = slice_arguments(inputs);
  if (!arguments) return tl::make_unexpected(arguments.error());
  const auto& x = inputs.shape(0);
  if (const auto each = axes_of(arguments->axes, x.size()); !each)
    return tl::make_unexpected(each.error());
  Shape shape = x;
  auto strides = strides_of(x);
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < arguments->axes.size(); ++i) {
    const auto axis = *axis_of(arguments->axes[i], x.size());
    const auto cut = cut_of(x[axis], arguments->starts[i], arguments->ends[i], arguments->steps[i]);
    shape[axis] = cut.count;
    offset = add_extents(offset, multiply_extents(cut.start, strides[axis]));
    strides[axis] = multiply_extents(strides[axis], cut.step);
  }
  auto outputs = one_output(inputs.type(0), shape);
  if (has_values(inputs.at(0)))
    take_values(inputs.at(0), places_of(shape, strides, offset), outputs[0]);
  return outputs;
}

// ---- Gather ------------------------------------------------------------------------------------

void gather_values(const NodeInputs& inputs, std::size_t axis, TensorFact& output) {
  const auto& data = inputs.at(0);
  const auto& wanted = inputs.at(1).integers;
  if (!has_values(data) || !wanted || !is_small(*output.shape)) return;
  const auto& x = *data.shape;
  const auto inner = count_of(std::span(x).subspan(axis + 1)).value_or(0);
  const auto outer = count_of(std::span(x).first(axis)).value_or(0);
  const auto extent = static_cast<std::uint64_t>(x[axis]);
  std::vector<std::size_t> places;
  for (std::uint64_t row = 0; row < outer; ++row)
    for (const auto index : *wanted) {
      const auto at = static_cast<std::uint64_t>(index < 0 ? index + x[axis] : index);
      if (at >= extent) return;  // the runtime's error to make
      for (std::uint64_t i = 0; i < inner; ++i) places.push_back((row * extent + at) * inner + i);
    }
  take_values(data, places, output);
}

Inferred<Outputs> gather(const NodeInputs& inputs) {
  const auto& x = inputs.shape(0);
  const auto axis = axis_of(int_attribute(inputs.node(), "axis", 0), x.size());
  if (!axis) return tl::make_unexpected(axis.error());
  const auto at = static_cast<std::ptrdiff_t>(*axis);
  Shape shape(x.begin(), x.begin() + at);
  const auto& indices = inputs.shape(1);
  shape.insert(shape.end(), indices.begin(), indices.end());
  shape.insert(shape.end(), x.begin() + at + 1, x.end());
  auto outputs = one_output(inputs.type(0), shape);
  gather_values(inputs, *axis, outputs[0]);
  return outputs;
}

Inferred<Outputs> gather_elements(const NodeInputs& inputs) {
  if (inputs.rank(0) != inputs.rank(1))
    return contradiction(fmt::format("gathers from {} by {}", format_shape(inputs.shape(0)),
                                     format_shape(inputs.shape(1))));
  return one_output(inputs.type(0), inputs.shape(1));
}

Inferred<Outputs> gather_nd(const NodeInputs& inputs) {
  const auto& data = inputs.shape(0);
  const auto& indices = inputs.shape(1);
  const auto batch = int_attribute(inputs.node(), "batch_dims", 0);
  const auto depth = indices.empty() ? -1 : indices.back();
  if (depth < 0 || batch < 0 || batch >= std::ssize(indices) || depth > std::ssize(data) - batch)
    return contradiction(
        fmt::format("gathers from {} by {}", format_shape(data), format_shape(indices)));
  Shape shape(indices.begin(), indices.end() - 1);
  shape.insert(shape.end(), data.begin() + batch + depth, data.end());
  return one_output(inputs.type(0), shape);
}

// ---- what writes into a copy -------------------------------------------------------------------

// A shape is sometimes put together by writing single extents into it.
Inferred<Outputs> scatter_nd(const NodeInputs& inputs) {
  auto outputs = one_output(inputs.type(0), inputs.shape(0));
  const auto& data = inputs.at(0).integers;
  const auto& indices = inputs.at(1).integers;
  const auto& updates = inputs.at(2).integers;
  if (!data || !indices || !updates || inputs.rank(0) != 1 || indices->size() != updates->size() ||
      text_attribute(inputs.node(), "reduction", "none") != "none")
    return outputs;
  auto values = *data;
  for (std::size_t i = 0; i < indices->size(); ++i) {
    const auto index = (*indices)[i];
    const auto at = index < 0 ? index + std::ssize(values) : index;
    if (at < 0 || at >= std::ssize(values)) return outputs;
    values[static_cast<std::size_t>(at)] = (*updates)[i];
  }
  outputs[0].integers = std::move(values);
  return outputs;
}

Inferred<Outputs> written_into(const NodeInputs& inputs) {
  return one_output(inputs.type(0), inputs.shape(0));
}

Inferred<Outputs> one_hot(const NodeInputs& inputs) {
  const auto depth = inputs.integer(1);
  if (!depth) return tl::make_unexpected(depth.error());
  Shape shape = inputs.shape(0);
  const auto axis = axis_of(int_attribute(inputs.node(), "axis", -1), shape.size() + 1);
  if (!axis) return tl::make_unexpected(axis.error());
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(*axis), *depth);
  return one_output(inputs.type(2), shape);
}

// ---- what only the data knows ------------------------------------------------------------------

Inferred<Outputs> non_zero(const NodeInputs& inputs) {
  const auto& values = inputs.at(0).integers;
  if (!values) return cannot_tell("how much it finds hangs on the data");
  const auto& x = inputs.shape(0);
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < values->size(); ++i)
    if ((*values)[i] != 0) found.push_back(i);
  auto outputs = one_output(ElementType::int64, {std::ssize(x), std::ssize(found)});
  std::vector<std::int64_t> places;
  const auto strides = strides_of(x);
  for (std::size_t axis = 0; axis < x.size(); ++axis)
    for (const auto at : found)
      places.push_back(static_cast<std::int64_t>(at) / strides[axis] % x[axis]);
  if (places.size() <= kMostValues) outputs[0].integers = std::move(places);
  return outputs;
}

Inferred<Outputs> found_in_data(const NodeInputs&) {
  return cannot_tell("how much it finds hangs on the data");
}

constexpr std::array kRules{
    OperatorRule{"Slice", 1, slice, no_flops, ByteTraffic::gathered, 0b11110},
    OperatorRule{"Gather", 2, gather, no_flops, ByteTraffic::gathered},
    OperatorRule{"GatherElements", 2, gather_elements, no_flops, ByteTraffic::gathered},
    OperatorRule{"GatherND", 2, gather_nd, no_flops, ByteTraffic::gathered},
    OperatorRule{"ScatterND", 3, scatter_nd, no_flops},
    OperatorRule{"ScatterElements", 3, written_into, no_flops},
    OperatorRule{"Scatter", 3, written_into, no_flops},
    OperatorRule{"ReverseSequence", 2, written_into, no_flops},
    OperatorRule{"Trilu", 1, written_into, no_flops, ByteTraffic::all, 0b10},
    OperatorRule{"OneHot", 3, one_hot, no_flops, ByteTraffic::all, 0b110},
    OperatorRule{"NonZero", 1, non_zero, per_input<1>},
    OperatorRule{"NonMaxSuppression", 2, found_in_data, no_flops},
    OperatorRule{"Compress", 2, found_in_data, no_flops},
    OperatorRule{"Unique", 1, found_in_data, no_flops},
};

}  // namespace

std::span<const OperatorRule> indexing_rules() {
  return kRules;
}

}  // namespace jetmeter
