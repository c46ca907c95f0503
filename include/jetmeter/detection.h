// Boxes, detections and ground truth, in pixels of the source image (x right, y down).
#pragma once

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

}  // namespace jetmeter
