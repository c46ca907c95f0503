#include "pipelines/row_kernels.h"

#include "pipelines/vectorised.h"

namespace jetmeter {
namespace {

float channel(std::uint32_t pixel, int shift) {
  return static_cast<float>(static_cast<std::int32_t>((pixel >> shift) & 0xFFU));
}

// A half goes up, as in OpenCV's fixed point. REQUIRES: value >= 0.
float rounded(float value) {
  return static_cast<float>(static_cast<std::int32_t>(value + 0.5F));
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
  float* __restrict blue = out.data;
  float* __restrict green = out.data + out.stride;
  float* __restrict red = out.data + 2 * out.stride;
  const std::uint32_t* in = pixels.data();
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    blue[i] = channel(in[i], 0);
    green[i] = channel(in[i], 8);
    red[i] = channel(in[i], 16);
  }
}

JM_VECTORISED void blend_pixels(std::span<const std::uint32_t> left, const std::uint32_t* right,
                                const float* weights, Planes out) {
  float* __restrict blue = out.data;
  float* __restrict green = out.data + out.stride;
  float* __restrict red = out.data + 2 * out.stride;
  const std::uint32_t* a = left.data();
  for (std::size_t i = 0; i < left.size(); ++i) {
    const float w = weights[i];
    const float b0 = channel(a[i], 0), g0 = channel(a[i], 8), r0 = channel(a[i], 16);
    blue[i] = b0 + (channel(right[i], 0) - b0) * w;
    green[i] = g0 + (channel(right[i], 8) - g0) * w;
    red[i] = r0 + (channel(right[i], 16) - r0) * w;
  }
}

JM_VECTORISED void blend_rows(std::span<const float> upper, const float* lower, float weight,
                              Affine affine, float* __restrict out) {
  const float* a = upper.data();
  for (std::size_t i = 0; i < upper.size(); ++i)
    out[i] = rounded(a[i] + (lower[i] - a[i]) * weight) * affine.scale + affine.offset;
}

JM_VECTORISED void map_row(std::span<const float> in, Affine affine, float* __restrict out) {
  const float* a = in.data();
  for (std::size_t i = 0; i < in.size(); ++i) out[i] = rounded(a[i]) * affine.scale + affine.offset;
}

}  // namespace jetmeter
