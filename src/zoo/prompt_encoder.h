// Points as tokens: where they are, as sines and cosines of random directions, and what they mean.
#pragma once

#include "zoo/net.h"

namespace jetmeter {

struct EncodedPoints {
  std::string sparse;  // 1 x (points + 1) x 256; the last is padding
  std::string grid;    // 1 x (side * side) x 256: the places of the features' pixels
};
// Adds the inputs `point_coords`, in pixels of the image, and `point_labels`.
EncodedPoints encode_points(NetBuilder&, const std::string& name);

}  // namespace jetmeter
