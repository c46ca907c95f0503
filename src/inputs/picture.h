// A picture as a model's input: stretched to its height and width, RGB or grey. Detection's own
// preprocessing is in pipelines; here the bytes only have to be a picture's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "jetmeter/core.h"
#include "jetmeter/inputs.h"

namespace jetmeter {

struct PictureLayout {
  std::int64_t batch = 1, channels = 3, height = 0, width = 0;
  bool planar = true;  // NCHW; else NHWC
};
// From three axes, or four with a batch before them. Three channels are looked for before one, and
// planes before pixels. Absent when the shape is no picture's.
std::optional<PictureLayout> picture_layout(std::span<const std::int64_t> shape);

// The same picture for every one of the batch. Floats are levels / 255, uint8 the levels
// themselves; other types are refused. Errors are to be read after "input 'x' ".
Result<TensorData> picture_tensor(const TensorSpec&, const std::filesystem::path&);

}  // namespace jetmeter
