#include "cost/window.h"

#include <fmt/format.h>

#include <algorithm>

#include "cost/shape_math.h"

namespace jetmeter {
namespace {

Inferred<Shape> of_length(const NodeInputs& inputs, std::string_view name, std::size_t length,
                          std::int64_t otherwise, std::int64_t least) {
  auto values = ints_attribute(inputs.node(), name);
  if (values.empty()) values.assign(length, otherwise);
  if (values.size() != length)
    return contradiction(fmt::format("has {} {}; its input needs {}", values.size(), name, length));
  for (const auto value : values)
    if (value < least || value > kMostExtent)
      return contradiction(fmt::format("has {} of {}", name, value));
  return values;
}

}  // namespace

Inferred<SlidingWindows> windows_of(const NodeInputs& inputs, std::size_t axes,
                                    const Shape& kernel) {
  SlidingWindows windows;
  windows.kernel = ints_attribute(inputs.node(), "kernel_shape", kernel);
  if (windows.kernel.size() != axes)
    return contradiction(fmt::format("has a kernel of {} axes for {} axes of its input",
                                     windows.kernel.size(), axes));
  if (std::ranges::any_of(windows.kernel, [](auto extent) { return extent < 1; }))
    return contradiction(fmt::format("has a kernel of {}", format_shape(windows.kernel)));
  auto strides = of_length(inputs, "strides", axes, 1, 1);
  if (!strides) return tl::make_unexpected(strides.error());
  auto dilations = of_length(inputs, "dilations", axes, 1, 1);
  if (!dilations) return tl::make_unexpected(dilations.error());
  const auto mode = text_attribute(inputs.node(), "auto_pad", "NOTSET");
  windows.same = mode.starts_with("SAME");
  auto pads = mode == "NOTSET" ? of_length(inputs, "pads", 2 * axes, 0, -kMostExtent)
                               : Inferred<Shape>(Shape(2 * axes, 0));
  if (!pads) return tl::make_unexpected(pads.error());
  windows.strides = *std::move(strides);
  windows.dilations = *std::move(dilations);
  windows.pads = *std::move(pads);
  windows.ceil = int_attribute(inputs.node(), "ceil_mode", 0) != 0;
  return windows;
}

Inferred<Shape> count_windows(const SlidingWindows& windows,
                              std::span<const std::int64_t> extents) {
  Shape counts;
  for (std::size_t i = 0; i < extents.size(); ++i) {
    const auto stride = windows.strides[i];
    if (windows.same) {
      counts.push_back(extents[i] / stride + (extents[i] % stride != 0 ? 1 : 0));
      continue;
    }
    const auto begin = windows.pads[i];
    const auto padded =
        add_extents(add_extents(extents[i], begin), windows.pads[i + extents.size()]);
    const auto reach =
        add_extents(multiply_extents(windows.kernel[i] - 1, windows.dilations[i]), 1);
    if (reach > padded)
      return contradiction(fmt::format("slides a window of {} over an axis of {}", reach, padded));
    auto count = (padded - reach) / stride + 1;
    // A last window may hang over the end, but must not begin in the padding there.
    if (windows.ceil && (padded - reach) % stride != 0 &&
        multiply_extents(count, stride) < add_extents(extents[i], begin))
      ++count;
    counts.push_back(count);
  }
  return counts;
}

}  // namespace jetmeter
