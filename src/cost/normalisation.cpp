// Operators that bring tensors to a mean, a spread or a sum. Operations per element as the
// definitions have them: a normalisation is mean, difference, square, variance, scale and the two
// of an affine map; a softmax is maximum, difference, exponential, sum and quotient.
#include <array>

#include "cost/families.h"

namespace jetmeter {
namespace {

// Its further outputs - mean, deviation, the sum with the skipped input - are of interest to
// nobody but training and the runtimes' own fusions.
Inferred<Outputs> normalised(const NodeInputs& inputs) {
  auto outputs = one_output(inputs.type(0), inputs.shape(0));
  return outputs;
}

// The mean and the inverse deviation have an extent of 1 in each normalised axis.
Inferred<Outputs> layer_normalised(const NodeInputs& inputs) {
  const auto& shape = inputs.shape(0);
  const auto axis = axis_of(int_attribute(inputs.node(), "axis", -1), shape.size());
  if (!axis) return tl::make_unexpected(axis.error());
  Shape reduced = shape;
  for (auto i = *axis; i < reduced.size(); ++i) reduced[i] = 1;
  auto outputs = one_output(inputs.type(0), shape);
  outputs.push_back(fact_of(ElementType::float32, reduced));
  outputs.push_back(fact_of(ElementType::float32, reduced));
  return outputs;
}

// Output, mean, inverse deviation, and the sum of the input and what skipped the layer.
Inferred<Outputs> skip_normalised(const NodeInputs& inputs) {
  auto outputs = one_output(inputs.type(0), inputs.shape(0));
  outputs.resize(3);
  outputs.push_back(fact_of(inputs.type(0), inputs.shape(0)));
  return outputs;
}

constexpr std::array kRules{
    OperatorRule{"BatchNormalization", 5, normalised, per_output<2>},
    OperatorRule{"InstanceNormalization", 3, normalised, per_output<7>},
    OperatorRule{"LayerNormalization", 2, layer_normalised, per_output<7>},
    OperatorRule{"GroupNormalization", 3, normalised, per_output<7>},
    OperatorRule{"RMSNormalization", 2, normalised, per_output<4>},
    OperatorRule{"MeanVarianceNormalization", 1, normalised, per_output<5>},
    OperatorRule{"LpNormalization", 1, normalised, per_output<3>},
    OperatorRule{"SimplifiedLayerNormalization", 2, layer_normalised, per_output<4>},
    OperatorRule{"com.microsoft.GroupNorm", 3, normalised, per_output<7>},
    OperatorRule{"com.microsoft.SkipLayerNormalization", 3, skip_normalised, per_output<8>},
    OperatorRule{"com.microsoft.SkipSimplifiedLayerNormalization", 3, skip_normalised,
                 per_output<5>},
    OperatorRule{"Softmax", 1, like_first, per_output<5>},
    OperatorRule{"LogSoftmax", 1, like_first, per_output<5>},
    OperatorRule{"Hardmax", 1, like_first, per_output<1>},
};

}  // namespace

std::span<const OperatorRule> normalisation_rules() {
  return kRules;
}

}  // namespace jetmeter
