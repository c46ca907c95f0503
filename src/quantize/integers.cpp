#include "quantize/integers.h"

#include <algorithm>
#include <cmath>

namespace jetmeter {

IntegerGrid grid_of(const TensorRange& range, QuantizeTarget target) {
  const float low = std::min(0.0F, range.low), high = std::max(0.0F, range.high);
  IntegerGrid grid;
  if (target == QuantizeTarget::tensorrt) {
    grid.type = ElementType::int8;
    const float scale = std::max(-low, high) / 127;
    if (scale > 0) grid.scale = scale;
    return grid;
  }
  const auto scale = static_cast<float>((static_cast<double>(high) - low) / 255);
  if (!(scale > 0)) return grid;
  grid.scale = scale;
  grid.zero = static_cast<std::int32_t>(std::clamp(std::nearbyint(-low / scale), 0.0F, 255.0F));
  return grid;
}

WeightLayout layout_of(const Shape& shape, std::optional<std::size_t> axis) {
  WeightLayout layout;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (axis && i < *axis) layout.outer *= shape[i];
    if (axis && i == *axis) layout.channels = shape[i];
    if (!axis || i > *axis) layout.inner *= shape[i];
  }
  return layout;
}

namespace {

// Of every value with its place and its channel.
template <typename Use>
void for_each(const WeightLayout& layout, Use use) {
  std::size_t place = 0;
  for (std::int64_t o = 0; o < layout.outer; ++o)
    for (std::int64_t c = 0; c < layout.channels; ++c)
      for (std::int64_t i = 0; i < layout.inner; ++i) use(place++, static_cast<std::size_t>(c));
}

}  // namespace

IntegerWeight integer_weight(std::span<const float> values, const WeightLayout& layout,
                             bool reduce_range, std::span<const float> least_scales) {
  const float most = reduce_range ? 63 : 127;
  IntegerWeight weight;
  weight.scales.assign(static_cast<std::size_t>(layout.channels), 0);
  weight.values.resize(values.size());
  auto& scales = weight.scales;
  for_each(layout, [&](std::size_t place, std::size_t c) {
    scales[c] = std::max(scales[c], std::abs(values[place]) / most);
  });
  for (std::size_t c = 0; c < scales.size(); ++c) {
    if (c < least_scales.size()) scales[c] = std::max(scales[c], least_scales[c]);
    if (!(scales[c] > 0)) scales[c] = 1;
  }
  for_each(layout, [&](std::size_t place, std::size_t c) {
    const float level = std::nearbyint(values[place] / scales[c]);
    weight.values[place] = static_cast<std::int8_t>(std::clamp(level, -most, most));
  });
  return weight;
}

float least_scale(float bias, float input_scale) {
  return std::abs(bias) / input_scale / static_cast<float>(1 << 30);
}

}  // namespace jetmeter
