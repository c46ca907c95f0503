// Boxes in ranks, from the top down, with few crossings and straight long edges.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace jetmeter {

struct LayoutBox {
  double width = 0, height = 0;
};
struct LayoutPoint {
  double x = 0, y = 0;
};
struct LayoutOptions {
  double between_boxes = 22, between_ranks = 30;
};

struct Layout {
  double width = 0, height = 0;
  std::vector<LayoutPoint> centres;  // of the boxes
  // From the lower side of the source to the upper side of the target. Points in between come in
  // pairs, the upper and lower end of a vertical piece that passes a rank.
  std::vector<std::vector<LayoutPoint>> routes;  // by edge
};

// REQUIRES: every edge goes from a lower to a higher box.
Layout lay_out(std::span<const LayoutBox>, std::span<const std::pair<std::size_t, std::size_t>>,
               const LayoutOptions& = {});

}  // namespace jetmeter
