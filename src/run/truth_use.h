// Which of the measured frames the ground truth knows, and what becomes of the others. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "jetmeter/accuracy.h"
#include "jetmeter/frames.h"
#include "jetmeter/record.h"

namespace jetmeter {

struct TruthUse {
  std::int64_t labelled = 0, unlabelled = 0;  // measured frames
  std::string first_unlabelled = {};
  bool background = false;  // frames without labels are pictures without objects
};

// In YOLO's layout a picture of nothing may come without a label file, once it is certain that the
// labels belong to the pictures. A video's frames may be labelled here and there, and a COCO file
// lists the pictures that it knows.
bool unlabelled_is_background(const GroundTruth&, const SourceInfo&);

// What there is to say of frames without labels; absent when every frame has some.
std::optional<Warning> truth_warning(const TruthUse&, const GroundTruth&, const std::string& slot);

}  // namespace jetmeter
