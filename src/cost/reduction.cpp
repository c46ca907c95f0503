// Operators that bring axes together.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>

#include "cost/families.h"

namespace jetmeter {
namespace {

// Shapes are computed with the sums, products and extremes of all of a small tensor.
void reduce_values(const NodeInputs& inputs, TensorFact& output) {
  const auto& values = inputs.at(0).integers;
  if (!values || values->empty() || count_of(*output.shape) != 1) return;
  const auto& op = inputs.node().op;
  if (op == "ReduceMax") output.integers = {{*std::ranges::max_element(*values)}};
  if (op == "ReduceMin") output.integers = {{*std::ranges::min_element(*values)}};
  if (op == "ReduceProd")
    output.integers = {
        {std::accumulate(values->begin(), values->end(), std::int64_t{1}, multiply_extents)}};
  if (op == "ReduceSum")
    output.integers = {
        {std::accumulate(values->begin(), values->end(), std::int64_t{0}, add_extents)}};
}

Inferred<Outputs> reduced(const NodeInputs& inputs) {
  const auto& shape = inputs.shape(0);
  const auto given = inputs.integers("axes", 1);
  if (!given) return tl::make_unexpected(given.error());
  const bool keep = int_attribute(inputs.node(), "keepdims", 1) != 0;
  const bool nothing = int_attribute(inputs.node(), "noop_with_empty_axes", 0) != 0;
  std::vector<std::int64_t> every(shape.size());
  std::iota(every.begin(), every.end(), 0);
  auto wanted = given->value_or(std::vector<std::int64_t>());
  if (wanted.empty() && !nothing) wanted = every;
  const auto axes = axes_of(wanted, shape.size());
  if (!axes) return tl::make_unexpected(axes.error());
  Shape left;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool goes = std::ranges::binary_search(*axes, i);
    if (!goes) left.push_back(shape[i]);
    if (goes && keep) left.push_back(1);
  }
  auto outputs = one_output(inputs.type(0), left);
  reduce_values(inputs, outputs[0]);
  return outputs;
}

Inferred<Outputs> arg_reduced(const NodeInputs& inputs) {
  Shape shape = inputs.shape(0);
  const auto axis = axis_of(int_attribute(inputs.node(), "axis", 0), shape.size());
  if (!axis) return tl::make_unexpected(axis.error());
  shape[*axis] = 1;
  if (int_attribute(inputs.node(), "keepdims", 1) == 0)
    shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(*axis));
  return one_output(ElementType::int64, shape);
}

Inferred<Outputs> top_k(const NodeInputs& inputs) {
  Shape shape = inputs.shape(0);
  const auto axis = axis_of(int_attribute(inputs.node(), "axis", -1), shape.size());
  if (!axis) return tl::make_unexpected(axis.error());
  const auto k = inputs.integers("k", 1);
  if (!k) return tl::make_unexpected(k.error());
  if (!*k || (*k)->size() != 1) return contradiction("does not say how many it keeps");
  if ((*k)->front() < 0 || (*k)->front() > shape[*axis])
    return contradiction(fmt::format("keeps {} of {}", (*k)->front(), shape[*axis]));
  shape[*axis] = (*k)->front();
  auto outputs = one_output(inputs.type(0), shape);
  outputs.push_back(fact_of(ElementType::int64, shape));
  return outputs;
}

constexpr OperatorRule reduction(std::string_view name,
                                 Flops (*flops)(const NodeInputs&, const Outputs&) = per_input<1>) {
  return {name, 1, reduced, flops, ByteTraffic::all, 0b10};
}

constexpr std::array kRules{
    reduction("ReduceMax"),
    reduction("ReduceMean"),
    reduction("ReduceMin"),
    reduction("ReduceProd"),
    reduction("ReduceSum"),
    reduction("ReduceL1"),
    reduction("ReduceL2", per_input<2>),
    reduction("ReduceSumSquare", per_input<2>),
    reduction("ReduceLogSum"),
    reduction("ReduceLogSumExp", per_input<2>),
    OperatorRule{"ArgMax", 1, arg_reduced, per_input<1>},
    OperatorRule{"ArgMin", 1, arg_reduced, per_input<1>},
    OperatorRule{"TopK", 1, top_k, per_input<1>, ByteTraffic::all, 0b10},
    OperatorRule{"CumSum", 2, like_first, per_input<1>, ByteTraffic::all, 0b10},
};

}  // namespace

std::span<const OperatorRule> reduction_rules() {
  return kRules;
}

}  // namespace jetmeter
