// Weights drawn from a seed. Integer arithmetic up to one rounding, so that every machine draws the
// same; each element hangs on the seed, its tensor's name and its place alone, so that adding a
// layer changes no other one's weights and a float16 model is the rounded float32 one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/graph.h"

namespace jetmeter {

// Close to normal: the sum of four uniforms, cut off at 3.46 deviations.
struct Spread {
  double deviation = 0;
  double mean = 0;
  // So many neighbours sum up to 0 (before the mean is added): a filter that answers to changes
  // alone. Divides the number of elements; 1: none do.
  std::uint32_t balanced = 1;
};

// Filled when it is written. REQUIRES: float32, float16 or bfloat16.
Tensor seeded_tensor(std::string name, ElementType, Shape, Spread, std::uint64_t seed);

// Rounded to nearest even.
std::vector<std::byte> encode_floats(ElementType, std::span<const float>);
void encode_floats(ElementType, std::span<const float>, std::span<std::byte> out);

}  // namespace jetmeter
