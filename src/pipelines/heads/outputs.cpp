#include "pipelines/heads/outputs.h"

#include <fmt/format.h>

namespace jetmeter {

std::string describe(const TensorSpec& output) {
  return fmt::format("{} is {}", output.name, format_shape(output.shape));
}

Result<Matrix> matrix_of(const TensorSpec& output) {
  const auto& shape = output.shape;
  const bool has_batch = shape.size() == 3 && shape[0] == 1;
  if (!has_batch && shape.size() != 2)
    return fail(fmt::format("{}, not one matrix per frame", describe(output)));
  const Matrix matrix{shape[shape.size() - 2], shape.back()};
  if (matrix.rows < 1 || matrix.columns < 1)
    return fail(fmt::format("{}, which is empty", describe(output)));
  return matrix;
}

Result<Matrix> only_matrix(const HeadInput& input) {
  if (input.outputs.size() != 1)
    return fail(fmt::format("the model has {} outputs, not one", input.outputs.size()));
  return matrix_of(input.outputs.front());
}

}  // namespace jetmeter
