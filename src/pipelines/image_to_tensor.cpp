#include "pipelines/image_to_tensor.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace jetmeter {
namespace {

constexpr std::size_t kPlanes = 3;
constexpr int kPixelBytes = 3;
constexpr int kNone = -1;

std::size_t extent(int pixels) {
  return static_cast<std::size_t>(pixels);
}

}  // namespace

Tap tap_of(int target, int source_extent, int target_extent) {
  const double scale = static_cast<double>(source_extent) / target_extent;
  const double centre = (target + 0.5) * scale - 0.5;
  const int first = static_cast<int>(std::floor(centre));
  if (first < 0) return {0, 0, 0};
  if (first >= source_extent - 1) return {source_extent - 1, source_extent - 1, 0};
  return {first, first + 1, static_cast<float>(centre - first)};
}

ImageToTensor::ImageToTensor(const Preprocess& preprocess, Size input, ElementType type)
    : preprocess_(preprocess), input_(input) {
  assert(type == ElementType::float32 || type == ElementType::float16);
  for (std::size_t c = 0; c < kPlanes; ++c) {
    source_[c] = preprocess.channels == Channels::bgr ? c : kPlanes - 1 - c;
    affine_[c] = {preprocess.scale / preprocess.stdev[c],
                  -preprocess.mean[c] / preprocess.stdev[c]};
  }
  if (type == ElementType::float16) half_rows_.resize(kPlanes * extent(input.width));
}

void ImageToTensor::prepare(Size image) {
  image_size_ = image;
  placement_ = place(preprocess_.fit, image, input_);
  const auto [width, height] = placement_.scaled;
  left_.clear();
  right_.clear();
  weights_.clear();
  for (int x = 0; x < width; ++x) {
    const auto tap = tap_of(x, image.width, width);
    left_.push_back(tap.first * kPixelBytes);
    right_.push_back(tap.second * kPixelBytes);
    weights_.push_back(tap.weight);
  }
  whole_columns_ = std::all_of(weights_.begin(), weights_.end(), [](float w) { return w == 0; });
  rows_.clear();
  for (int y = 0; y < height; ++y) rows_.push_back(tap_of(y, image.height, height));
  for (auto& row : sampled_) row.planes.resize(kPlanes * extent(width));
  left_pixels_.resize(extent(width));
  right_pixels_.resize(extent(width));
}

void ImageToTensor::sample(const Image& image, int y, float* planes) {
  const std::span row(image.data + y * image.stride, extent(image.width) * extent(kPixelBytes));
  const Planes out{planes, left_.size()};
  gather_pixels(row, left_, left_pixels_.data());
  if (whole_columns_) return unpack_row(left_pixels_, out);
  gather_pixels(row, right_, right_pixels_.data());
  blend_pixels(left_pixels_, right_pixels_.data(), weights_.data(), out);
}

// Row `y` after the horizontal step; row `keep` stays as it is.
const float* ImageToTensor::sampled(const Image& image, int y, int keep) {
  for (const auto& row : sampled_)
    if (row.y == y) return row.planes.data();
  auto& row = sampled_[0].y == keep ? sampled_[1] : sampled_[0];
  row.y = y;
  sample(image, y, row.planes.data());
  return row.planes.data();
}

void ImageToTensor::write_row(const Image& image, int y, const std::array<float*, 3>& out) {
  const int inside = y - placement_.top;
  const bool is_border = inside < 0 || inside >= placement_.scaled.height;
  const auto left = is_border ? input_.width : placement_.left;
  const auto right = is_border ? input_.width : left + placement_.scaled.width;
  for (std::size_t c = 0; c < kPlanes; ++c) {
    const auto border = preprocess_.pad * affine_[c].scale + affine_[c].offset;
    std::fill(out[c], out[c] + left, border);
    std::fill(out[c] + right, out[c] + input_.width, border);
  }
  if (is_border) return;
  const auto& tap = rows_[extent(inside)];
  const bool is_whole = tap.weight == 0;
  const float* upper = sampled(image, tap.first, is_whole ? kNone : tap.second);
  const float* lower = is_whole ? upper : sampled(image, tap.second, tap.first);
  const auto width = left_.size();
  for (std::size_t c = 0; c < kPlanes; ++c) {
    const std::span plane(upper + source_[c] * width, width);
    if (is_whole)
      map_row(plane, affine_[c], out[c] + left);
    else
      blend_rows(plane, lower + source_[c] * width, tap.weight, affine_[c], out[c] + left);
  }
}

void ImageToTensor::convert(const Image& image, const TensorView& tensor) {
  assert(image.width > 0 && image.height > 0);
  const Size size{image.width, image.height};
  if (size != image_size_) prepare(size);
  for (auto& row : sampled_) row.y = kNone;
  const auto width = extent(input_.width);
  const auto area = width * extent(input_.height);
  const bool to_halves = !half_rows_.empty();
  assert(tensor.bytes == kPlanes * area * (to_halves ? sizeof(std::uint16_t) : sizeof(float)));
  for (int y = 0; y < input_.height; ++y) {
    const auto at = extent(y) * width;
    float* const row = to_halves ? half_rows_.data() : static_cast<float*>(tensor.data) + at;
    const auto plane = to_halves ? width : area;
    write_row(image, y, {row, row + plane, row + 2 * plane});
    if (!to_halves) continue;
    const auto halves = tensor.as<std::uint16_t>();
    for (std::size_t c = 0; c < kPlanes; ++c)
      to_half({half_rows_.data() + c * width, width}, halves.subspan(c * area + at, width));
  }
}

}  // namespace jetmeter
