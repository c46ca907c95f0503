// Where a frame lies inside the model's input, and the way back. Pure.
#pragma once

#include "jetmeter/detection.h"
#include "jetmeter/pipeline.h"

namespace jetmeter {

struct Size {
  int width = 0, height = 0;
  bool operator==(const Size&) const = default;
};

// The frame is scaled to `scaled` and put at (left, top). A box goes back as (x - pad_x) / gain_x;
// the pad is Ultralytics' own, which need not be `left` to the pixel.
struct Placement {
  Size scaled;
  int left = 0, top = 0;
  double gain_x = 1, gain_y = 1;
  double pad_x = 0, pad_y = 0;
};

// REQUIRES: both sizes are at least 1x1. `scaled` is at least 1x1 and lies inside the input.
Placement place(Fit, Size image, Size input);

// A box of the input in pixels of the image, cut off at its edges.
Box to_image(const Box&, const Placement&, Size image);

}  // namespace jetmeter
