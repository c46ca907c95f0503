#include <fmt/format.h>

#include <algorithm>

#include "cost/open_axes.h"
#include "cost/propagation.h"
#include "cost/shape_math.h"
#include "jetmeter/cost.h"

namespace jetmeter {
namespace {

Result<void> learn_inputs(const Graph& graph, const ShapeHints& hints, const NamedAxes& axes,
                          ShapeScope& scope) {
  for (const auto& input : graph.inputs) {
    const auto* wish = wish_for(hints, input.name);
    auto shape = closed_shape(input, axes, wish);
    auto fact = fact_of(input.type, shape);
    const bool open = std::ranges::any_of(shape, [](auto extent) { return extent < 0; });
    if (open || (!input.ranked && wish == nullptr)) {
      scope.miss(input.name, std::move(fact), what_is_open(input, shape));
      continue;
    }
    if (shape.size() > kMostAxes || !count_of(shape) ||
        (element_bytes(input.type) > 0 && !bytes_of(fact)))
      return fail(fmt::format("input {} has an impossible shape: {}", in_quotes(input.name),
                              format_shape(shape)));
    scope.learn(input.name, std::move(fact));
  }
  return {};
}

}  // namespace

const KnownTensor* ShapeTable::find(const std::string& name) const {
  const auto found = tensors.find(name);
  return found == tensors.end() ? nullptr : &found->second;
}

Result<ShapeTable> propagate_shapes(const ModelGraph& model, const ShapeHints& hints) {
  auto axes = named_axes(model.graph, hints);
  if (!axes) return tl::make_unexpected(axes.error());
  ShapeScope scope;
  if (auto good = learn_inputs(model.graph, hints, *axes, scope); !good)
    return tl::make_unexpected(good.error());
  Propagation propagation(opset_of(model), *std::move(axes));
  if (auto good = propagation.follow(model.graph, scope); !good)
    return tl::make_unexpected(good.error());
  ShapeTable table;
  table.unknown = propagation.take_unknown();
  for (auto& [name, fact] : scope.facts())
    table.tensors.emplace(name, static_cast<KnownTensor&&>(std::move(fact)));
  return table;
}

std::int64_t opset_of(const ModelGraph& model) {
  const auto found = model.opsets.find("");
  return found == model.opsets.end() ? 13 : found->second;
}

}  // namespace jetmeter
