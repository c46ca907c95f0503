#include "jetmeter/verify.h"

namespace jetmeter {

std::optional<std::vector<float>> floats_of(const TensorView& view) {
  if (view.type == ElementType::other) return std::nullopt;
  // Borrowed: nobody outlives this function.
  Tensor tensor;
  tensor.type = view.type;
  tensor.shape.assign(view.shape.begin(), view.shape.end());
  tensor.data.bytes = {static_cast<const std::byte*>(view.data), view.bytes};
  return to_floats(tensor);
}

}  // namespace jetmeter
