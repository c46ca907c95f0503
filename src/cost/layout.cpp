// Operators that give the same elements another shape or order.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "cost/families.h"

namespace jetmeter {

Inferred<Outputs> permuted(const TensorFact& from, std::span<const std::size_t> axes) {
  const auto strides = strides_of(*from.shape);
  Shape shape;
  std::vector<std::int64_t> turned;
  for (const auto axis : axes) {
    shape.push_back((*from.shape)[axis]);
    turned.push_back(strides[axis]);
  }
  auto outputs = one_output(from.type, shape);
  if (has_values(from)) take_values(from, places_of(shape, turned), outputs[0]);
  return outputs;
}

namespace {

Outputs renamed(const NodeInputs& inputs, Shape shape) {
  auto outputs = one_output(inputs.type(0), std::move(shape));
  keep_values(inputs.at(0), outputs[0]);
  return outputs;
}

Inferred<Outputs> identity(const NodeInputs& inputs) {
  return renamed(inputs, inputs.shape(0));
}

Inferred<Outputs> dropout(const NodeInputs& inputs) {
  auto outputs = renamed(inputs, inputs.shape(0));
  outputs.push_back(fact_of(ElementType::boolean, inputs.shape(0)));
  return outputs;
}

// Extents of 0 are the input's unless zeros are allowed; one of -1 is what is left.
Inferred<Shape> reshaped_to(const NodeInputs& inputs, Shape wanted) {
  const auto& from = inputs.shape(0);
  const auto impossible = [&] {
    return contradiction(
        fmt::format("cannot reshape {} to {}", format_shape(from), fmt::join(wanted, "x")));
  };
  if (wanted.size() > kMostAxes)
    return cannot_tell(fmt::format("it asks for {} axes", wanted.size()));
  Shape shape = wanted;
  const bool zero_is_zero = int_attribute(inputs.node(), "allowzero", 0) != 0;
  auto open = shape.end();
  for (auto each = shape.begin(); each != shape.end(); ++each) {
    const auto axis = static_cast<std::size_t>(each - shape.begin());
    if (*each == 0 && !zero_is_zero) {
      if (axis >= from.size()) return impossible();
      *each = from[axis];
    } else if (*each == -1) {
      if (open != shape.end()) return impossible();
      open = each;
    } else if (*each < -1) {
      return impossible();
    }
  }
  const auto elements = count_of(from).value_or(0);
  if (open != shape.end()) {
    *open = 1;
    const auto others = count_of(shape);
    if (!others || *others == 0 || elements % *others != 0) return impossible();
    *open = static_cast<std::int64_t>(elements / *others);
  }
  if (count_of(shape) != elements) return impossible();
  return shape;
}

Inferred<Outputs> reshape(const NodeInputs& inputs) {
  const auto wanted = inputs.integers("shape", 1);
  if (!wanted) return tl::make_unexpected(wanted.error());
  if (!*wanted) return contradiction("does not say to which shape");
  auto shape = reshaped_to(inputs, **wanted);
  if (!shape) return tl::make_unexpected(shape.error());
  return renamed(inputs, *std::move(shape));
}

Inferred<Outputs> flatten(const NodeInputs& inputs) {
  const auto& shape = inputs.shape(0);
  const auto wanted = int_attribute(inputs.node(), "axis", 1);
  const auto rank = std::ssize(shape);
  if (wanted < -rank || wanted > rank)
    return contradiction(fmt::format("cannot flatten {} at axis {}", format_shape(shape), wanted));
  const auto axis = wanted < 0 ? wanted + rank : wanted;
  const auto product = [](auto begin, auto end) {
    return std::accumulate(begin, end, std::int64_t{1}, multiply_extents);
  };
  return renamed(inputs, {product(shape.begin(), shape.begin() + axis),
                          product(shape.begin() + axis, shape.end())});
}

Inferred<Outputs> squeeze(const NodeInputs& inputs) {
  const auto& shape = inputs.shape(0);
  const auto given = inputs.integers("axes", 1);
  if (!given) return tl::make_unexpected(given.error());
  std::vector<std::size_t> gone;
  if (*given) {
    const auto axes = axes_of(**given, shape.size());
    if (!axes) return tl::make_unexpected(axes.error());
    gone = *axes;
  } else {
    for (std::size_t i = 0; i < shape.size(); ++i)
      if (shape[i] == 1) gone.push_back(i);
  }
  Shape left;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (!std::ranges::binary_search(gone, i)) {
      left.push_back(shape[i]);
    } else if (shape[i] != 1) {
      return contradiction(
          fmt::format("cannot leave out axis {} of {}: it is not 1", i, format_shape(shape)));
    }
  }
  return renamed(inputs, left);
}

Inferred<Outputs> unsqueeze(const NodeInputs& inputs) {
  const auto given = inputs.integers("axes", 1);
  if (!given) return tl::make_unexpected(given.error());
  if (!*given) return contradiction("does not say which axes to put in");
  if ((*given)->size() > kMostAxes) return cannot_tell("it puts in too many axes");
  const auto axes = axes_of(**given, inputs.shape(0).size() + (*given)->size());
  if (!axes) return tl::make_unexpected(axes.error());
  Shape shape = inputs.shape(0);
  for (const auto axis : *axes) shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), 1);
  return renamed(inputs, shape);
}

Inferred<Outputs> transpose(const NodeInputs& inputs) {
  const auto rank = inputs.shape(0).size();
  auto order = ints_attribute(inputs.node(), "perm");
  if (order.empty())
    for (std::size_t i = rank; i-- > 0;) order.push_back(static_cast<std::int64_t>(i));
  if (order.size() != rank)
    return contradiction(
        fmt::format("puts {} axes in order; its input has {}", order.size(), rank));
  if (const auto each = axes_of(order, rank); !each) return tl::make_unexpected(each.error());
  std::vector<std::size_t> axes;
  for (const auto axis : order) axes.push_back(*axis_of(axis, rank));
  return permuted(inputs.at(0), axes);
}

Inferred<Outputs> shape_of(const NodeInputs& inputs) {
  const auto& shape = inputs.shape(0);
  const auto rank = std::ssize(shape);
  const auto bound = [&](std::string_view name, std::int64_t otherwise) {
    const auto at = int_attribute(inputs.node(), name, otherwise);
    return std::clamp(at < 0 ? add_extents(at, rank) : at, std::int64_t{0}, rank);
  };
  const auto start = bound("start", 0);
  const auto end = std::max(bound("end", rank), start);
  auto outputs = one_output(ElementType::int64, {end - start});
  outputs[0].integers = Shape(shape.begin() + start, shape.begin() + end);
  return outputs;
}

Inferred<Outputs> size_of(const NodeInputs& inputs) {
  auto outputs = one_output(ElementType::int64, {});
  outputs[0].integers = {{static_cast<std::int64_t>(elements_of(inputs.at(0)))}};
  return outputs;
}

// Channels to blocks of `size` x `size` pixels.
Inferred<Outputs> depth_to_space(const NodeInputs& inputs) {
  const auto& x = inputs.shape(0);
  const auto size = int_attribute(inputs.node(), "blocksize", 0);
  if (x.size() != 4 || size < 1 || size > 65536 || x[1] % (size * size) != 0)
    return contradiction(
        fmt::format("cannot turn {} into blocks of {} pixels", format_shape(x), size));
  return one_output(inputs.type(0), {x[0], x[1] / (size * size), multiply_extents(x[2], size),
                                     multiply_extents(x[3], size)});
}

Inferred<Outputs> space_to_depth(const NodeInputs& inputs) {
  const auto& x = inputs.shape(0);
  const auto size = int_attribute(inputs.node(), "blocksize", 0);
  if (x.size() != 4 || size < 1 || size > 65536 || x[2] % size != 0 || x[3] % size != 0)
    return contradiction(
        fmt::format("cannot cut {} into blocks of {} pixels", format_shape(x), size));
  return one_output(inputs.type(0),
                    {x[0], multiply_extents(x[1], size * size), x[2] / size, x[3] / size});
}

constexpr OperatorRule renaming(std::string_view name,
                                Inferred<Outputs> (*shape)(const NodeInputs&)) {
  return {name, 1, shape, no_flops, ByteTraffic::none, 0b10};
}

constexpr std::array kRules{
    renaming("Identity", identity),
    renaming("Dropout", dropout),
    renaming("Reshape", reshape),
    renaming("Flatten", flatten),
    renaming("Squeeze", squeeze),
    renaming("Unsqueeze", unsqueeze),
    OperatorRule{"Shape", 1, shape_of, no_flops, ByteTraffic::none},
    OperatorRule{"Size", 1, size_of, no_flops, ByteTraffic::none},
    OperatorRule{"Transpose", 1, transpose, no_flops},
    OperatorRule{"DepthToSpace", 1, depth_to_space, no_flops},
    OperatorRule{"SpaceToDepth", 1, space_to_depth, no_flops},
};

}  // namespace

std::span<const OperatorRule> layout_rules() {
  return kRules;
}

}  // namespace jetmeter
