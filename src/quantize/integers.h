// Numbers as 8-bit integers: value = (integer - zero) * scale.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/quantize.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

struct IntegerGrid {
  float scale = 1;
  std::int32_t zero = 0;
  ElementType type = ElementType::uint8;
};
// Zero is always one of the values: padding and Relu stand on it. uint8 over [low, high] for ONNX
// Runtime, int8 over the larger magnitude for TensorRT. A range without extent has the scale 1.
IntegerGrid grid_of(const TensorRange&, QuantizeTarget);

// int8 around zero, in -127 … 127 (or -63 … 63), with one scale per channel or one in all.
struct IntegerWeight {
  std::vector<std::int8_t> values;
  std::vector<float> scales;
};
struct WeightLayout {
  std::int64_t outer = 1, channels = 1, inner = 1;  // extents before, of and behind the axis
};
WeightLayout layout_of(const Shape&, std::optional<std::size_t> axis);
// `least_scales`: a channel's scale is at least this, for the sake of its bias; empty: none.
IntegerWeight integer_weight(std::span<const float>, const WeightLayout&, bool reduce_range,
                             std::span<const float> least_scales);
// The least scale with which |bias / (input_scale * scale)| stays below 2^30.
float least_scale(float bias, float input_scale);

}  // namespace jetmeter
