// From a frame to a model's input in one pass: bilinear resize (half-pixel centres, as OpenCV's
// INTER_LINEAR, and with its rounding: detectors are trained and judged on such images), border,
// channel order, normalisation, planes.
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

// Which source pixels make one target pixel: first + (second - first) * weight, in kWeightOnes.
struct Tap {
  int first = 0, second = 0;
  std::int32_t weight = 0;
};
struct Extents {
  int source = 0, target = 0;
};
// Beyond the outermost centres there is one source pixel only. For columns its weight is whole;
// for rows it is split between the pixel and itself, which rounds differently, as in OpenCV.
Tap column_tap(int target, const Extents&);
Tap row_tap(int target, const Extents&);

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
    std::vector<std::int16_t> levels;
  };

  void prepare(Size image);
  void gather(const Image&, int y);
  const SampledRow& sampled(const Image&, int y, int keep);
  Bytes scaled_row(const Image&, const Tap&);
  void write_row(const Image&, int y, const std::array<float*, 3>& out);

  Preprocess preprocess_;
  Size input_;
  std::array<Affine, 3> affine_{};       // by plane of the tensor
  std::array<std::size_t, 3> source_{};  // plane of the tensor -> blue 0, green 1, red 2

  Size image_size_;
  Placement placement_;
  std::vector<std::int32_t> offsets_;        // of bytes in a source row, by target column
  std::vector<std::uint8_t> coarse_, fine_;  // by byte of a target row
  bool whole_columns_ = false;  // every target column is one source column, no blending
  std::vector<Tap> rows_;
  std::vector<std::uint8_t> left_, right_, scaled_;
  std::array<SampledRow, 2> sampled_;
  std::vector<float> half_rows_;  // a row of the three planes on its way to float16; else empty
};

}  // namespace jetmeter
