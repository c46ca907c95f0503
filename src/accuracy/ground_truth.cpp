#include "jetmeter/accuracy.h"

namespace jetmeter {

std::vector<Truth> ImageTruth::in_pixels(int width, int height) const {
  if (!relative) return objects;
  const auto w = static_cast<float>(width), h = static_cast<float>(height);
  std::vector<Truth> out = objects;
  for (auto& truth : out)
    truth.box = {truth.box.x1 * w, truth.box.y1 * h, truth.box.x2 * w, truth.box.y2 * h};
  return out;
}

}  // namespace jetmeter
