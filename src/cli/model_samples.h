// Samples for a model's inputs from a folder of pictures or an .npz, one after the other.
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// tensor = (pixel * scale - mean) / stdev, by channel of the tensor, as `detect` has it.
struct PixelOptions {
  float scale = 1.0F / 255;
  std::array<float, 3> mean{0, 0, 0}, stdev{1, 1, 1};
  bool bgr = false;         // the order of a float input's channels
  bool bgr_pixels = false;  // the order of the pixels that a uint8 input takes
};

class ModelSamples {
 public:
  // A folder's pictures in the order of their names, stretched to the input; of an .npz the arrays
  // by the inputs' names, cut along their first axis. At most `limit` samples.
  static Result<ModelSamples> open(const std::filesystem::path&,
                                   std::span<const TensorSpec> concrete, const PixelOptions&,
                                   std::size_t limit);
  std::size_t size() const { return size_; }
  // Starts over. May be used after this object is gone.
  std::function<Result<bool>(std::span<const TensorView>)> begin() const;

 private:
  std::size_t size_ = 0;
  std::function<Result<void>(std::size_t, std::span<const TensorView>)> fill_;
};

}  // namespace jetmeter
