// Operators on pixels: resizing and sampling.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <numeric>

#include "cost/families.h"

namespace jetmeter {
namespace {

Inferred<Shape> scaled(const Shape& shape, std::span<const std::size_t> axes,
                       std::span<const double> scales) {
  if (scales.size() != axes.size())
    return contradiction(fmt::format("has {} scales for {} axes", scales.size(), axes.size()));
  Shape result = shape;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto extent = std::floor(static_cast<double>(shape[axes[i]]) * scales[i]);
    if (!(extent >= 0 && extent < 0x1p53))
      return contradiction(fmt::format("scales {} by {}", shape[axes[i]], scales[i]));
    result[axes[i]] = static_cast<std::int64_t>(extent);
  }
  return result;
}

// Extents as wished, or with the proportions kept where the policy asks for that.
Inferred<Shape> sized(const NodeInputs& inputs, std::span<const std::size_t> axes,
                      std::span<const std::int64_t> sizes) {
  if (sizes.size() != axes.size())
    return contradiction(fmt::format("has {} sizes for {} axes", sizes.size(), axes.size()));
  if (text_attribute(inputs.node(), "keep_aspect_ratio_policy", "stretch") != "stretch")
    return cannot_tell("jetmeter does not know how it keeps its proportions");
  Shape result = inputs.shape(0);
  for (std::size_t i = 0; i < axes.size(); ++i) result[axes[i]] = sizes[i];
  return result;
}

Inferred<std::vector<std::size_t>> resized_axes(const NodeInputs& inputs) {
  const auto rank = inputs.shape(0).size();
  const auto named = ints_attribute(inputs.node(), "axes");
  std::vector<std::size_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  if (named.empty()) return axes;
  if (const auto each = axes_of(named, rank); !each) return each;
  axes.clear();
  for (const auto axis : named) axes.push_back(*axis_of(axis, rank));
  return axes;
}

// Inputs since opset 11: data, region, scales, sizes; in opset 10 data, scales.
Inferred<Outputs> resize(const NodeInputs& inputs) {
  const auto axes = resized_axes(inputs);
  if (!axes) return tl::make_unexpected(axes.error());
  const std::size_t scales_at = inputs.opset() < 11 ? 1 : 2;
  Inferred<Shape> shape = contradiction("says neither scales nor sizes");
  if (inputs.has(3)) {
    const auto sizes = inputs.integers(3);
    if (!sizes) return tl::make_unexpected(sizes.error());
    shape = sized(inputs, *axes, *sizes);
  } else if (inputs.has(scales_at)) {
    const auto scales = inputs.floats(scales_at);
    if (!scales) return tl::make_unexpected(scales.error());
    shape = scaled(inputs.shape(0), *axes, *scales);
  }
  if (!shape) return tl::make_unexpected(shape.error());
  return one_output(inputs.type(0), *std::move(shape));
}

Inferred<Outputs> upsample(const NodeInputs& inputs) {
  std::vector<double> scales;
  if (const auto* floats = attribute<std::vector<float>>(inputs.node(), "scales")) {
    scales.assign(floats->begin(), floats->end());
  } else {
    auto given = inputs.floats(1);
    if (!given) return tl::make_unexpected(given.error());
    scales = *std::move(given);
  }
  std::vector<std::size_t> axes(inputs.shape(0).size());
  std::iota(axes.begin(), axes.end(), 0);
  auto shape = scaled(inputs.shape(0), axes, scales);
  if (!shape) return tl::make_unexpected(shape.error());
  return one_output(inputs.type(0), *std::move(shape));
}

// A multiply-add for each pixel that a pixel is mixed from; a nearest one is copied.
Flops per_mixed_pixel(const NodeInputs& inputs, const Outputs& outputs) {
  const auto mode = text_attribute(inputs.node(), "mode", "nearest");
  const std::uint64_t reach = mode == "cubic" ? 4 : mode == "linear" || mode == "bilinear" ? 2 : 0;
  if (reach == 0) return 0;
  std::uint64_t pixels = 1;
  const auto& from = inputs.shape(0);
  const auto& to = *outputs[0].shape;
  for (std::size_t i = 0; i < from.size() && pixels <= 64; ++i)
    if (from[i] != to[i]) pixels *= reach;
  return pixels == 1 ? Flops(0) : product_of({2, pixels, elements_of(outputs[0])});
}

Inferred<Outputs> grid_sample(const NodeInputs& inputs) {
  const auto& x = inputs.shape(0);
  const auto& grid = inputs.shape(1);
  if (x.size() < 3 || grid.size() != x.size())
    return contradiction(
        fmt::format("samples {} by a grid of {}", format_shape(x), format_shape(grid)));
  Shape shape{x[0], x[1]};
  shape.insert(shape.end(), grid.begin() + 1, grid.end() - 1);
  return one_output(inputs.type(0), shape);
}

Flops per_sample(const NodeInputs& inputs, const Outputs& outputs) {
  const auto mode = text_attribute(inputs.node(), "mode", "linear");
  if (mode == "nearest") return 0;
  const std::uint64_t reach = mode == "cubic" || mode == "bicubic" ? 4 : 2;
  std::uint64_t pixels = 1;
  for (std::size_t i = 2; i < inputs.shape(0).size() && pixels <= 64; ++i) pixels *= reach;
  return product_of({2, pixels, elements_of(outputs[0])});
}

Inferred<Outputs> roi_align(const NodeInputs& inputs) {
  const auto& x = inputs.shape(0);
  const auto& boxes = inputs.shape(1);
  if (x.size() != 4 || boxes.size() != 2)
    return contradiction(
        fmt::format("cuts boxes of {} out of {}", format_shape(boxes), format_shape(x)));
  return one_output(inputs.type(0),
                    {boxes[0], x[1], int_attribute(inputs.node(), "output_height", 1),
                     int_attribute(inputs.node(), "output_width", 1)});
}

constexpr std::array kRules{
    OperatorRule{"Resize", 1, resize, per_mixed_pixel, ByteTraffic::all, 0b1110},
    OperatorRule{"Upsample", 1, upsample, per_mixed_pixel, ByteTraffic::all, 0b10},
    OperatorRule{"GridSample", 2, grid_sample, per_sample},
    OperatorRule{"RoiAlign", 3, roi_align, per_output<8>},
};

}  // namespace

std::span<const OperatorRule> image_rules() {
  return kRules;
}

}  // namespace jetmeter
