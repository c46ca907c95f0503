// The operators by family, each in a file of its own; and what their rules share.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "cost/rule.h"
#include "cost/shape_math.h"

namespace jetmeter {

std::span<const OperatorRule> elementwise_rules();
std::span<const OperatorRule> normalisation_rules();
std::span<const OperatorRule> convolution_rules();
std::span<const OperatorRule> pooling_rules();
std::span<const OperatorRule> matmul_rules();
std::span<const OperatorRule> attention_rules();
std::span<const OperatorRule> reduction_rules();
std::span<const OperatorRule> layout_rules();
std::span<const OperatorRule> joining_rules();
std::span<const OperatorRule> indexing_rules();
std::span<const OperatorRule> generating_rules();
std::span<const OperatorRule> image_rules();
std::span<const OperatorRule> quantised_rules();
std::span<const OperatorRule> recurrent_rules();

// ---- shapes ------------------------------------------------------------------------------------

// The first input's shape and type.
Inferred<Outputs> like_first(const NodeInputs&);
// All inputs brought to one shape; the first input's type.
Inferred<Outputs> broadcast_all(const NodeInputs&);
// With axes permuted; values too, where they are known.
Inferred<Outputs> permuted(const TensorFact&, std::span<const std::size_t> axes);

// ---- operations --------------------------------------------------------------------------------

using Flops = std::optional<std::uint64_t>;
Flops no_flops(const NodeInputs&, const Outputs&);
template <std::uint64_t n>
Flops per_output(const NodeInputs&, const Outputs& outputs) {
  return product_of({n, elements_of(outputs[0])});
}
template <std::uint64_t n>
Flops per_input(const NodeInputs& inputs, const Outputs&) {
  return product_of({n, elements_of(inputs.at(0))});
}

}  // namespace jetmeter
