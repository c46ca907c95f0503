// Looks at the shapes of a model's outputs.
#pragma once

#include <cstdint>
#include <string>

#include "jetmeter/core.h"
#include "jetmeter/pipeline.h"

namespace jetmeter {

// A dense matrix, whatever its leading axes of extent 1.
struct Matrix {
  std::int64_t rows = 0, columns = 0;
};

// "output0 is 1x84x8400"
std::string describe(const TensorSpec&);

// [1,R,C] or [R,C], both at least 1. Fails with a sentence on any other shape.
Result<Matrix> matrix_of(const TensorSpec&);
// The same for a model that has one output.
Result<Matrix> only_matrix(const HeadInput&);

}  // namespace jetmeter
