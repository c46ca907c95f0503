// The inner loops of the way from frame to tensor. Pixels travel packed, b | g << 8 | r << 16.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace jetmeter {

// out[i] = the pixel at byte offsets[i] of a row. Offsets ascend; the row is never read beyond its
// end, wherever the last pixel lies.
void gather_pixels(std::span<const std::uint8_t> row, std::span<const std::int32_t> offsets,
                   std::uint32_t* out);

// The colours of one row as floats, each plane of `stride` floats: blue, green, red.
struct Planes {
  float* data = nullptr;
  std::size_t stride = 0;
};
void unpack_row(std::span<const std::uint32_t> pixels, Planes out);
// left + (right - left) * weight, colour by colour.
void blend_pixels(std::span<const std::uint32_t> left, const std::uint32_t* right,
                  const float* weights, Planes out);

// value * scale + offset.
struct Affine {
  float scale = 1, offset = 0;
};
// out = affine(round(upper + (lower - upper) * weight))
void blend_rows(std::span<const float> upper, const float* lower, float weight, Affine, float* out);
// out = affine(round(in))
void map_row(std::span<const float> in, Affine, float* out);

}  // namespace jetmeter
