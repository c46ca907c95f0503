// Elementwise operators on the values of small tensors, as far as shapes are computed with them.
#pragma once

#include "cost/rule.h"

namespace jetmeter {

// Writes the values of `output`, whose type and shape are known, where those of all inputs are
// known and the operator is one that exporters compute shapes with; nothing otherwise. What has no
// answer in numbers - a division by 0, an overflow - is left unknown.
void compute_values(const NodeInputs&, TensorFact& output);

}  // namespace jetmeter
