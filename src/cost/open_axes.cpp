#include "cost/open_axes.h"

#include <fmt/format.h>

#include <algorithm>

namespace jetmeter {
namespace {

std::string axis_name(const Value& value, std::size_t axis) {
  return axis < value.axes.size() ? value.axes[axis] : std::string();
}

Result<void> add_axes(const Value& input, const Shape& wish, NamedAxes& axes) {
  const auto name = in_quotes(input.name);
  if (!input.ranked) return {};
  if (wish.size() != input.shape.size())
    return fail(fmt::format("input {} has {} axes ({}); the shape {} has {}", name,
                            input.shape.size(), format_shape(input.shape), format_shape(wish),
                            wish.size()));
  for (std::size_t i = 0; i < wish.size(); ++i) {
    if (wish[i] < 0) continue;
    if (input.shape[i] >= 0 && input.shape[i] != wish[i])
      return fail(fmt::format("axis {} of input {} is fixed at {}; {} was asked for", i, name,
                              input.shape[i], wish[i]));
    const auto axis = axis_name(input, i);
    if (axis.empty() || input.shape[i] >= 0) continue;
    const auto [known, is_new] = axes.emplace(axis, wish[i]);
    if (!is_new && known->second != wish[i])
      return fail(fmt::format("axis {} of input {} would be {} and {}", in_quotes(axis), name,
                              known->second, wish[i]));
  }
  return {};
}

}  // namespace

Result<NamedAxes> named_axes(const Graph& graph, const ShapeHints& hints) {
  NamedAxes axes = hints.axes;
  for (const auto& [name, wish] : hints.inputs)
    for (const auto& input : graph.inputs)
      if (input.name == name)
        if (auto good = add_axes(input, wish, axes); !good)
          return tl::make_unexpected(good.error());
  return axes;
}

Shape closed_shape(const Value& value, const NamedAxes& axes, const Shape* wish) {
  Shape shape = !value.ranked && wish != nullptr ? *wish : value.shape;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] >= 0) continue;
    const auto known = axes.find(axis_name(value, i));
    const bool named = known != axes.end() && !known->first.empty();
    shape[i] = wish != nullptr && i < wish->size() && (*wish)[i] >= 0 ? (*wish)[i]
               : named && known->second >= 0                          ? known->second
                                                                      : kDynamic;
  }
  return shape;
}

const Shape* wish_for(const ShapeHints& hints, const std::string& input) {
  const auto found = std::ranges::find(hints.inputs, input, &std::pair<std::string, Shape>::first);
  return found == hints.inputs.end() ? nullptr : &found->second;
}

std::string what_is_open(const Value& input, const Shape& closed) {
  const auto name = in_quotes(input.name);
  for (std::size_t i = 0; i < closed.size(); ++i) {
    if (closed[i] >= 0) continue;
    const auto axis = axis_name(input, i);
    return fmt::format("axis {} of input {} is open",
                       axis.empty() ? std::to_string(i) : in_quotes(axis), name);
  }
  return fmt::format("the axes of input {} are not told", name);
}

}  // namespace jetmeter
