// Boxes, detections and ground truth, in pixels of the source image (x right, y down).
#pragma once

#include <array>
#include <string_view>

namespace jetmeter {

struct Box {
  float x1 = 0, y1 = 0, x2 = 0, y2 = 0;
};
float area(const Box&);             // 0 for a box without extent
float iou(const Box&, const Box&);  // 0 when both are without extent

// Plain bytes: travels between processes as it is.
struct Detection {
  Box box;
  float score = 0;
  int class_id = 0;
};

struct Truth {
  Box box;
  int class_id = 0;
  bool crowd = false;  // COCO iscrowd: may absorb detections, is never missed
};

// The 80 classes that detectors trained on COCO count from 0.
extern const std::array<std::string_view, 80> kCocoLabels;

}  // namespace jetmeter
