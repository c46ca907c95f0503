#include "frames/scene_paint.h"

namespace jetmeter {
namespace {

// -1 … 1 for a lattice point.
float lattice(std::int32_t x, std::int32_t y, std::uint32_t seed) {
  std::uint32_t h = seed;
  h ^= static_cast<std::uint32_t>(x) * 0x8DA6B343U;
  h ^= static_cast<std::uint32_t>(y) * 0xD8163841U;
  h = (h ^ (h >> 15U)) * 0x2C1B3C6DU;
  h = (h ^ (h >> 12U)) * 0x297A2D39U;
  h ^= h >> 15U;
  return static_cast<float>(h >> 8U) * 0x1.0p-23F - 1;
}

// std::lerp keeps promises about infinities that cost more than the mixing itself.
float mix(float a, float b, float part) {
  return a + (b - a) * part;
}

float value_noise(float x, float y, std::uint32_t seed) {
  const auto ix = static_cast<std::int32_t>(x) - (x < 0 ? 1 : 0);
  const auto iy = static_cast<std::int32_t>(y) - (y < 0 ? 1 : 0);
  const float fx = x - static_cast<float>(ix), fy = y - static_cast<float>(iy);
  const float u = fx * fx * (3 - 2 * fx), v = fy * fy * (3 - 2 * fy);
  const float top = mix(lattice(ix, iy, seed), lattice(ix + 1, iy, seed), u);
  const float bottom = mix(lattice(ix, iy + 1, seed), lattice(ix + 1, iy + 1, seed), u);
  return mix(top, bottom, v);
}

}  // namespace

float relief(float x, float y, int octaves, std::uint32_t seed) {
  float sum = 0, weight = 0.5F;
  for (int octave = 0; octave < octaves; ++octave) {
    sum += weight * value_noise(x, y, seed + static_cast<std::uint32_t>(octave));
    x *= 2;
    y *= 2;
    weight /= 2;
  }
  return sum;
}

}  // namespace jetmeter
