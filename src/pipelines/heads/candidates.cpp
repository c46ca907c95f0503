#include "jetmeter/pipeline.h"

namespace jetmeter {

void Candidates::clear() {
  boxes.clear();
  scores.clear();
  classes.clear();
}

void Candidates::add(const Box& box, float score, int class_id) {
  boxes.push_back(box);
  scores.push_back(score);
  classes.push_back(class_id);
}

}  // namespace jetmeter
