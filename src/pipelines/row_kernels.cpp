#include "pipelines/row_kernels.h"

#include "pipelines/vectorised.h"

namespace jetmeter {
namespace {

std::int32_t channel(std::uint32_t pixel, int shift) {
  return static_cast<std::int32_t>((pixel >> shift) & 0xFFU);
}

std::int16_t blend(std::int32_t left, std::int32_t right, std::int32_t weight) {
  return static_cast<std::int16_t>((left << 7) + (((right - left) * weight) >> 4));
}

// 128ths times 2048ths are 2^18ths of a level; without 16 bits of them, fourths.
std::int32_t fourths(std::int16_t level, std::int16_t weight) {
  return (level * weight) >> 16;
}

}  // namespace

void gather_pixels(std::span<const std::uint8_t> row, std::span<const std::int32_t> offsets,
                   std::uint32_t* out) {
  const auto last_of_four = static_cast<std::int32_t>(row.size()) - 4;
  const std::uint8_t* const bytes = row.data();
  std::size_t safe = offsets.size();
  while (safe > 0 && offsets[safe - 1] > last_of_four) --safe;
  for (std::size_t i = 0; i < safe; ++i) {
    const std::uint8_t* p = bytes + offsets[i];
    // Four bytes are one load; the fourth is the next pixel's and nobody looks at it.
    out[i] =
        p[0] | std::uint32_t{p[1]} << 8 | std::uint32_t{p[2]} << 16 | std::uint32_t{p[3]} << 24;
  }
  for (std::size_t i = safe; i < offsets.size(); ++i) {
    const std::uint8_t* p = bytes + offsets[i];
    out[i] = p[0] | std::uint32_t{p[1]} << 8 | std::uint32_t{p[2]} << 16;
  }
}

JM_VECTORISED void unpack_row(std::span<const std::uint32_t> pixels, Planes out) {
  std::int16_t* __restrict blue = out.data;
  std::int16_t* __restrict green = out.data + out.stride;
  std::int16_t* __restrict red = out.data + 2 * out.stride;
  const std::uint32_t* in = pixels.data();
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    blue[i] = static_cast<std::int16_t>(channel(in[i], 0) << 7);
    green[i] = static_cast<std::int16_t>(channel(in[i], 8) << 7);
    red[i] = static_cast<std::int16_t>(channel(in[i], 16) << 7);
  }
}

JM_VECTORISED void blend_pixels(std::span<const std::uint32_t> left, const std::uint32_t* right,
                                const std::int32_t* weights, Planes out) {
  std::int16_t* __restrict blue = out.data;
  std::int16_t* __restrict green = out.data + out.stride;
  std::int16_t* __restrict red = out.data + 2 * out.stride;
  const std::uint32_t* a = left.data();
  for (std::size_t i = 0; i < left.size(); ++i) {
    blue[i] = blend(channel(a[i], 0), channel(right[i], 0), weights[i]);
    green[i] = blend(channel(a[i], 8), channel(right[i], 8), weights[i]);
    red[i] = blend(channel(a[i], 16), channel(right[i], 16), weights[i]);
  }
}

JM_VECTORISED void blend_rows(std::span<const std::int16_t> upper, const std::int16_t* lower,
                              int weight, Affine affine, float* __restrict out) {
  const std::int16_t* a = upper.data();
  const auto for_lower = static_cast<std::int16_t>(weight);
  const auto for_upper = static_cast<std::int16_t>(kWeightOne - weight);
  for (std::size_t i = 0; i < upper.size(); ++i) {
    const auto level = (fourths(a[i], for_upper) + fourths(lower[i], for_lower) + 2) >> 2;
    out[i] = static_cast<float>(level) * affine.scale + affine.offset;
  }
}

}  // namespace jetmeter
