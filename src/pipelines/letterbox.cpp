#include "pipelines/letterbox.h"

#include <algorithm>
#include <cmath>

namespace jetmeter {
namespace {

// Python's round(): a half goes to the even neighbour, as it does in C's default rounding mode.
int round_half_even(double value) {
  return static_cast<int>(std::nearbyint(value));
}

// The tenth decides halves: an odd pixel of padding goes to the right and to the bottom.
int leading_pad(double space) {
  return round_half_even(space / 2 - 0.1);
}

Placement centred(Size image, Size input, double gain) {
  Placement p;
  p.gain_x = p.gain_y = gain;
  p.scaled = {std::max(1, round_half_even(image.width * gain)),
              std::max(1, round_half_even(image.height * gain))};
  p.left = leading_pad(input.width - p.scaled.width);
  p.top = leading_pad(input.height - p.scaled.height);
  p.pad_x = leading_pad(input.width - image.width * gain);
  p.pad_y = leading_pad(input.height - image.height * gain);
  return p;
}

Placement top_left(Size image, double gain) {
  Placement p;
  p.gain_x = p.gain_y = gain;
  p.scaled = {std::max(1, round_half_even(image.width * gain)),
              std::max(1, round_half_even(image.height * gain))};
  return p;
}

Placement stretched(Size image, Size input) {
  Placement p;
  p.scaled = input;
  p.gain_x = static_cast<double>(input.width) / image.width;
  p.gain_y = static_cast<double>(input.height) / image.height;
  return p;
}

float back(float at, double pad, double gain, int extent) {
  return static_cast<float>(std::clamp((at - pad) / gain, 0.0, static_cast<double>(extent)));
}

}  // namespace

Placement place(Fit fit, Size image, Size input) {
  const double gain = std::min(static_cast<double>(input.height) / image.height,
                               static_cast<double>(input.width) / image.width);
  switch (fit) {
    case Fit::letterbox: return centred(image, input, gain);
    case Fit::letterbox_top_left: return top_left(image, gain);
    case Fit::stretch: break;
  }
  return stretched(image, input);
}

Box to_image(const Box& box, const Placement& p, Size image) {
  return {
      back(box.x1, p.pad_x, p.gain_x, image.width), back(box.y1, p.pad_y, p.gain_y, image.height),
      back(box.x2, p.pad_x, p.gain_x, image.width), back(box.y2, p.pad_y, p.gain_y, image.height)};
}

}  // namespace jetmeter
