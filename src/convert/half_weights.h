// Weights of 32 bits in 16.
#pragma once

#include "jetmeter/convert.h"
#include "jetmeter/graph.h"

namespace jetmeter {

// The largest number that the type holds.
float largest_of(ElementType type);
// Round to nearest even. REQUIRES: float16 or bfloat16.
void to_16_bits(std::span<const float> in, std::span<std::uint16_t> out, ElementType);

// The same numbers in 16 bits, made when they are written unless they are few. What is finite and
// too large becomes the largest number. REQUIRES: a float32 tensor.
Tensor in_16_bits(const Tensor&, std::string name, ElementType);

}  // namespace jetmeter
