// The head of YOLOv8 and YOLO11, decoded: from the feature maps of three strides to one output of
// 4 + classes rows (centre x, centre y, width, height in pixels of the input, then a score a
// class).
#pragma once

#include <string>
#include <vector>

#include "zoo/conv_block.h"

namespace jetmeter {

// Adds the output `output0`. `prefix` as in "model.23".
void detect_head(NetBuilder&, const std::string& prefix, const std::vector<FeatureMap>& levels);

}  // namespace jetmeter
