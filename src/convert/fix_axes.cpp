#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "convert/edit.h"

namespace jetmeter {
namespace {

using AxisSizes = std::map<std::string, std::int64_t>;

std::set<std::string> open_axes(const Graph& graph) {
  std::set<std::string> names;
  for (const auto& input : graph.inputs)
    for (std::size_t i = 0; i < input.axes.size(); ++i)
      if (input.shape[i] == kDynamic && !input.axes[i].empty()) names.insert(input.axes[i]);
  return names;
}

Result<void> check_axes(const Graph& graph, const AxisSizes& wishes) {
  const auto known = open_axes(graph);
  for (const auto& [name, size] : wishes) {
    if (size < 1) return fail(fmt::format("the axis {} cannot be {}", in_quotes(name), size));
    if (known.contains(name)) continue;
    if (known.empty())
      return fail(
          fmt::format("the model has no open axis with a name, and so not {}; --shape gives "
                      "an input its whole shape",
                      in_quotes(name)));
    return fail(fmt::format("the model has no open axis {}; it has {}", in_quotes(name),
                            fmt::join(known, ", ")));
  }
  return {};
}

// Gives the input its shape; the names of its open axes get their sizes.
Result<void> fix_input(Value& input, const Shape& shape, AxisSizes& sizes) {
  const auto wrong = [&] {
    return fail(fmt::format("the input {} is {}; it cannot be {}", in_quotes(input.name),
                            format_shape(input.shape), format_shape(shape)));
  };
  if (input.ranked && input.shape.size() != shape.size()) return wrong();
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] < 0) return wrong();
    if (!input.ranked) continue;
    if (input.shape[i] != kDynamic && input.shape[i] != shape[i]) return wrong();
    if (input.shape[i] != kDynamic || i >= input.axes.size() || input.axes[i].empty()) continue;
    const auto [found, is_new] = sizes.emplace(input.axes[i], shape[i]);
    if (!is_new && found->second != shape[i])
      return fail(fmt::format("the axis {} would be {} and {}", in_quotes(input.axes[i]),
                              found->second, shape[i]));
  }
  input.shape = shape;
  input.ranked = true;
  input.axes.clear();
  return {};
}

std::uint64_t fix_value(Value& value, const AxisSizes& sizes) {
  std::uint64_t fixed = 0;
  for (std::size_t i = 0; i < value.axes.size(); ++i) {
    const auto size = sizes.find(value.axes[i]);
    if (value.shape[i] != kDynamic || size == sizes.end()) continue;
    value.shape[i] = size->second;
    value.axes[i].clear();
    ++fixed;
  }
  return fixed;
}

}  // namespace

Result<Rewrite> fix_axes(ModelGraph model, const ShapeHints& hints) {
  Rewrite result{std::move(model), {}};
  result.report = begin_report("fix axes", result.model);
  auto& graph = result.model.graph;
  auto sizes = hints.axes;
  if (auto good = check_axes(graph, sizes); !good) return tl::make_unexpected(good.error());
  for (const auto& [name, shape] : hints.inputs) {
    const auto input = std::ranges::find_if(
        graph.inputs, [&, &wish = name](const Value& each) { return each.name == wish; });
    if (input == graph.inputs.end())
      return fail(fmt::format("the model has no input {}", in_quotes(name)));
    if (auto good = fix_input(*input, shape, sizes); !good)
      return tl::make_unexpected(good.error());
  }
  for (auto* values : {&graph.inputs, &graph.outputs, &graph.values})
    for (auto& value : *values) fix_value(value, sizes);
  for (const auto& input : graph.inputs)
    result.report.done.push_back(
        fmt::format("{} is {}", in_quotes(input.name), format_shape(input.shape)));
  end_report(result.report, result.model);
  return result;
}

void refresh_shapes(ModelGraph& model, const ShapeTable& shapes) {
  for (auto* values : {&model.graph.outputs, &model.graph.values})
    for (auto& value : *values) {
      const auto found = shapes.tensors.find(value.name);
      if (found == shapes.tensors.end() || !found->second.shape) continue;
      value.shape = *found->second.shape;
      value.ranked = true;
      value.axes.clear();
    }
}

}  // namespace jetmeter
