#include <cmath>

#include "jetmeter/pipeline.h"

namespace jetmeter {
namespace {

bool is_finite(const Box& box) {
  return std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) &&
         std::isfinite(box.y2);
}

}  // namespace

void Candidates::clear() {
  boxes.clear();
  scores.clear();
  classes.clear();
}

void Candidates::add(const Box& box, float score, int class_id) {
  if (!is_finite(box)) return;
  boxes.push_back(box);
  scores.push_back(score);
  classes.push_back(class_id);
}

}  // namespace jetmeter
