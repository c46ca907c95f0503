// The inner loops of the way from frame to tensor. A pixel is four bytes: blue, green, red and one
// that nobody looks at; so every step but the last is the same for all bytes and becomes vector
// code. Weights and rounding are those of OpenCV's INTER_LINEAR for 8-bit images.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace jetmeter {

inline constexpr std::size_t kPixelBytes = 4;
inline constexpr int kWeightOne = 2048;

using Bytes = std::span<const std::uint8_t>;

// left = the 3-byte pixels at `offsets` of a row, right = their right neighbours (at the end of
// the row the pixel itself). Offsets ascend; the row is never read beyond its end.
void gather_pairs(Bytes row, std::span<const std::int32_t> offsets, std::uint8_t* left,
                  std::uint8_t* right);

// A weight for each byte, in 2048ths: 16 * coarse + fine, so that products fit 16 bits.
struct ByteWeights {
  const std::uint8_t* coarse = nullptr;
  const std::uint8_t* fine = nullptr;
};
// out = left + (right - left) * weight, in 128ths of a level.
void blend_columns(Bytes left, const std::uint8_t* right, ByteWeights, std::int16_t* out);

// out = upper + (lower - upper) * weight, in whole levels.
void blend_rows(std::span<const std::int16_t> upper, const std::int16_t* lower, int weight,
                std::uint8_t* out);

// value * scale + offset.
struct Affine {
  float scale = 1, offset = 0;
};
// Byte `channel` of each pixel as a float.
void write_plane(Bytes pixels, std::size_t channel, Affine, float* out);

}  // namespace jetmeter
