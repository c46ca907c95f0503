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

// Weights are in 2048ths and a level of a row in 128ths, and both steps round as OpenCV's
// INTER_LINEAR for 8-bit images does, so that the levels come out the same.
inline constexpr int kWeightOne = 2048;

// The colours of one row, each plane of `stride` levels: blue, green, red.
struct Planes {
  std::int16_t* data = nullptr;
  std::size_t stride = 0;
};
void unpack_row(std::span<const std::uint32_t> pixels, Planes out);
// left + (right - left) * weight, colour by colour.
void blend_pixels(std::span<const std::uint32_t> left, const std::uint32_t* right,
                  const std::int32_t* weights, Planes out);

// value * scale + offset.
struct Affine {
  float scale = 1, offset = 0;
};
// The affine of upper + (lower - upper) * weight, which is rounded to whole levels first.
void blend_rows(std::span<const std::int16_t> upper, const std::int16_t* lower, int weight, Affine,
                float* out);

}  // namespace jetmeter
