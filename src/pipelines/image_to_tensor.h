// From a frame to a model's input in one pass: bilinear resize (half-pixel centres, as OpenCV's
// INTER_LINEAR), border, channel order, normalisation, planes. Resized values are whole levels, as
// in the 8-bit images that the tools resize to which detectors are trained and judged with.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "jetmeter/frames.h"
#include "jetmeter/pipeline.h"
#include "jetmeter/tensor.h"
#include "pipelines/letterbox.h"
#include "pipelines/row_kernels.h"

namespace jetmeter {

// Which source pixels make one target pixel: first + (second - first) * weight.
struct Tap {
  int first = 0, second = 0;
  float weight = 0;
};
Tap tap_of(int target, int source_extent, int target_extent);

// Allocates when it is made and when the size of the frames changes, not per frame.
class ImageToTensor {
 public:
  // REQUIRES: `type` is float32 or float16.
  ImageToTensor(const Preprocess&, Size input, ElementType type);

  // REQUIRES: `tensor` is 3 x height x width of the type. Every element is written.
  void convert(const Image&, const TensorView& tensor);
  // Of the last image.
  const Placement& placement() const { return placement_; }
  Size image_size() const { return image_size_; }

 private:
  // A source row after the horizontal step; kept while the next target rows need it again.
  struct SampledRow {
    int y = -1;
    std::vector<float> planes;
  };

  void prepare(Size image);
  const float* sampled(const Image&, int y, int keep);
  void sample(const Image&, int y, float* planes);
  void write_row(const Image&, int y, const std::array<float*, 3>& out);

  Preprocess preprocess_;
  Size input_;
  std::array<Affine, 3> affine_{};       // by plane of the tensor
  std::array<std::size_t, 3> source_{};  // plane of the tensor -> blue 0, green 1, red 2

  Size image_size_;
  Placement placement_;
  std::vector<std::int32_t> left_, right_;  // byte offsets in a source row, by target column
  std::vector<float> weights_;
  bool whole_columns_ = false;  // every target column is one source column, no blending
  std::vector<Tap> rows_;
  std::array<SampledRow, 2> sampled_;
  std::vector<std::uint32_t> left_pixels_, right_pixels_;
  std::vector<float> half_rows_;  // a row of the three planes on its way to float16; else empty
};

}  // namespace jetmeter
