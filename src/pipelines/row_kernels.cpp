#include "pipelines/row_kernels.h"

#include <algorithm>
#include <cstring>

#include "pipelines/vectorised.h"

namespace jetmeter {
namespace {

constexpr std::size_t kSourceBytes = 3;

// 128ths times 2048ths are 2^18ths of a level; without 16 bits of them, fourths.
std::int16_t fourths(std::int16_t level, std::int16_t weight) {
  return static_cast<std::int16_t>((level * weight) >> 16);
}

}  // namespace

void gather_pairs(Bytes row, std::span<const std::int32_t> offsets, std::uint8_t* left,
                  std::uint8_t* right) {
  // Copies of four bytes are one load and one store each.
  constexpr std::size_t kRead = kSourceBytes + kPixelBytes;
  std::size_t i = 0;
  for (; i < offsets.size() && static_cast<std::size_t>(offsets[i]) + kRead <= row.size(); ++i) {
    const std::uint8_t* pixel = row.data() + offsets[i];
    std::memcpy(left + i * kPixelBytes, pixel, kPixelBytes);
    std::memcpy(right + i * kPixelBytes, pixel + kSourceBytes, kPixelBytes);
  }
  for (; i < offsets.size(); ++i) {
    const auto at = static_cast<std::size_t>(offsets[i]);
    const auto neighbour = std::min(at + kSourceBytes, row.size() - kSourceBytes);
    std::memcpy(left + i * kPixelBytes, row.data() + at, kSourceBytes);
    std::memcpy(right + i * kPixelBytes, row.data() + neighbour, kSourceBytes);
  }
}

JM_VECTORISED void blend_columns(Bytes left, const std::uint8_t* right, ByteWeights weights,
                                 std::int16_t* __restrict out) {
  const std::uint8_t* a = left.data();
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto rise = static_cast<std::int16_t>(right[i] - a[i]);
    const auto coarse = static_cast<std::int16_t>(rise * weights.coarse[i]);
    const auto fine = static_cast<std::int16_t>(rise * weights.fine[i]);
    out[i] = static_cast<std::int16_t>((a[i] << 7) + coarse + (fine >> 4));
  }
}

JM_VECTORISED void blend_rows(std::span<const std::int16_t> upper, const std::int16_t* lower,
                              int weight, std::uint8_t* __restrict out) {
  const std::int16_t* a = upper.data();
  const auto for_lower = static_cast<std::int16_t>(weight);
  const auto for_upper = static_cast<std::int16_t>(kWeightOne - weight);
  for (std::size_t i = 0; i < upper.size(); ++i) {
    const auto sum =
        static_cast<std::int16_t>(fourths(a[i], for_upper) + fourths(lower[i], for_lower) + 2);
    out[i] = static_cast<std::uint8_t>(sum >> 2);
  }
}

JM_VECTORISED void write_plane(Bytes pixels, std::size_t channel, Affine affine,
                               float* __restrict out) {
  const std::size_t count = pixels.size() / kPixelBytes;
  const std::uint8_t* in = pixels.data();
  const auto shift = 8 * channel;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t pixel = 0;
    std::memcpy(&pixel, in + i * kPixelBytes, kPixelBytes);
    const auto level = static_cast<std::int32_t>((pixel >> shift) & 0xFFU);
    out[i] = static_cast<float>(level) * affine.scale + affine.offset;
  }
}

}  // namespace jetmeter
