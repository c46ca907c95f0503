// Drawing with soft edges on BGR frames: shapes as signed distances (negative inside), and the
// textures of backgrounds.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "jetmeter/detection.h"
#include "jetmeter/frames.h"

namespace jetmeter {

using Color = std::array<float, 3>;  // blue, green, red; 0 … 255

inline float rounded_box_distance(float x, float y, const Box& box, float radius) {
  const float dx = std::abs(x - (box.x1 + box.x2) / 2) - (box.x2 - box.x1) / 2 + radius;
  const float dy = std::abs(y - (box.y1 + box.y2) / 2) - (box.y2 - box.y1) / 2 + radius;
  if (dx > 0 && dy > 0) return std::sqrt(dx * dx + dy * dy) - radius;
  return std::max(dx, dy) - radius;
}

inline float circle_distance(float x, float y, float cx, float cy, float radius) {
  return std::sqrt((x - cx) * (x - cx) + (y - cy) * (y - cy)) - radius;
}

// How much of a pixel at this distance is covered, when the edge is `softness` pixels wide.
inline float coverage(float distance, float softness) {
  return std::clamp(0.5F - distance / softness, 0.0F, 1.0F);
}

inline void blend(std::uint8_t* pixel, const Color& color, float alpha) {
  for (std::size_t c = 0; c < 3; ++c) {
    const auto old = static_cast<float>(pixel[c]);
    const float value = std::clamp(old + (color[c] - old) * alpha + 0.5F, 0.0F, 255.0F);
    pixel[c] = static_cast<std::uint8_t>(static_cast<int>(value));
  }
}

// Calls paint(pixel, x, y) with the centre of each pixel of the frame that `box`, grown by
// `border`, touches.
template <typename Paint>
void for_each_pixel(Frame& frame, const Box& box, float border, const Paint& paint) {
  const int x1 = std::max(0, static_cast<int>(std::floor(box.x1 - border)));
  const int y1 = std::max(0, static_cast<int>(std::floor(box.y1 - border)));
  const int x2 = std::min(frame.width, static_cast<int>(std::ceil(box.x2 + border)));
  const int y2 = std::min(frame.height, static_cast<int>(std::ceil(box.y2 + border)));
  for (int y = y1; y < y2; ++y) {
    auto* row = frame.pixels.data() + std::ptrdiff_t{y} * frame.width * 3;
    for (int x = x1; x < x2; ++x) {
      paint(row + std::ptrdiff_t{x} * 3, static_cast<float>(x) + 0.5F,
            static_cast<float>(y) + 0.5F);
    }
  }
}

// Smooth random relief in -1 … 1 at a point; features are about one unit wide, with `octaves`
// finer layers.
float relief(float x, float y, int octaves, std::uint32_t seed);

}  // namespace jetmeter
