#include "pipelines/image_to_tensor.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace jetmeter {
namespace {

constexpr std::size_t kPlanes = 3;
constexpr int kSourceBytes = 3;
constexpr int kNone = -1;

std::size_t extent(int pixels) {
  return static_cast<std::size_t>(pixels);
}

}  // namespace

Tap row_tap(int target, const Extents& extents) {
  // The types and the order are OpenCV's: weights at a half depend on them.
  const double scale = 1 / (static_cast<double>(extents.target) / extents.source);
  const auto centre = static_cast<float>((target + 0.5) * scale - 0.5);
  const int first = static_cast<int>(std::floor(centre));
  const float weight = (centre - static_cast<float>(first)) * kWeightOne;
  const int last = extents.source - 1;
  return {std::clamp(first, 0, last), std::clamp(first + 1, 0, last),
          static_cast<std::int32_t>(std::lrint(weight))};
}

Tap column_tap(int target, const Extents& extents) {
  const auto tap = row_tap(target, extents);
  return tap.first == tap.second ? Tap{tap.first, tap.second, 0} : tap;
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
  offsets_.clear();
  coarse_.clear();
  fine_.clear();
  for (int x = 0; x < width; ++x) {
    const auto tap = column_tap(x, {image.width, width});
    offsets_.push_back(tap.first * kSourceBytes);
    coarse_.insert(coarse_.end(), kPixelBytes, static_cast<std::uint8_t>(tap.weight / 16));
    fine_.insert(fine_.end(), kPixelBytes, static_cast<std::uint8_t>(tap.weight % 16));
  }
  const auto is_zero = [](auto weight) { return weight == 0; };
  whole_columns_ = std::all_of(coarse_.begin(), coarse_.end(), is_zero) &&
                   std::all_of(fine_.begin(), fine_.end(), is_zero);
  rows_.clear();
  for (int y = 0; y < height; ++y) rows_.push_back(row_tap(y, {image.height, height}));
  for (auto* bytes : {&left_, &right_, &scaled_}) bytes->resize(coarse_.size());
  for (auto& row : sampled_) row.levels.resize(coarse_.size());
}

void ImageToTensor::gather(const Image& image, int y) {
  const Bytes row(image.data + y * image.stride, extent(image.width) * extent(kSourceBytes));
  gather_pairs(row, offsets_, left_.data(), right_.data());
}

// Row `y` after the horizontal step; row `keep` stays as it is.
const ImageToTensor::SampledRow& ImageToTensor::sampled(const Image& image, int y, int keep) {
  for (const auto& row : sampled_)
    if (row.y == y) return row;
  auto& row = sampled_[0].y == keep ? sampled_[1] : sampled_[0];
  row.y = y;
  gather(image, y);
  blend_columns(left_, right_.data(), {coarse_.data(), fine_.data()}, row.levels.data());
  return row;
}

Bytes ImageToTensor::scaled_row(const Image& image, const Tap& tap) {
  if (whole_columns_ && tap.weight == 0) {  // 1920 columns in 640: each is one of three
    gather(image, tap.first);
    return left_;
  }
  const auto& upper = sampled(image, tap.first, tap.second);
  const auto& lower = sampled(image, tap.second, tap.first);
  blend_rows(upper.levels, lower.levels.data(), tap.weight, scaled_.data());
  return scaled_;
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
  const auto pixels = scaled_row(image, rows_[extent(inside)]);
  for (std::size_t c = 0; c < kPlanes; ++c)
    write_plane(pixels, source_[c], affine_[c], out[c] + left);
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
