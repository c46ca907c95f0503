// Tensors of one element type as tensors of another, where no value is lost but a float's last
// digits.
#pragma once

#include "jetmeter/core.h"
#include "jetmeter/inputs.h"

namespace jetmeter {

// Between floats, and between integers (`boolean` is none); every type into itself.
bool convertible(ElementType from, ElementType to);

// Fails with the first element that has no place in the new type; to be read after "holds".
// REQUIRES: convertible.
Result<TensorData> convert(TensorData, ElementType to);

}  // namespace jetmeter
