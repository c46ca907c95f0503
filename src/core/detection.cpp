#include "jetmeter/detection.h"

#include <algorithm>

namespace jetmeter {

float area(const Box& box) {
  return std::max(0.0F, box.x2 - box.x1) * std::max(0.0F, box.y2 - box.y1);
}

float iou(const Box& a, const Box& b) {
  const Box overlap{std::max(a.x1, b.x1), std::max(a.y1, b.y1), std::min(a.x2, b.x2),
                    std::min(a.y2, b.y2)};
  const float shared = area(overlap);
  const float all = area(a) + area(b) - shared;
  return all > 0 ? shared / all : 0.0F;
}

}  // namespace jetmeter
