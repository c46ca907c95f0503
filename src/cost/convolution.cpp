// Convolutions. Operations are multiply-adds of the filters; where the sum starts, at a bias or at
// 0, makes no difference.
#include <fmt/format.h>

#include <array>

#include "cost/families.h"
#include "cost/window.h"

namespace jetmeter {
namespace {

struct Channels {
  std::int64_t filters = 0, per_group = 0, groups = 0;
};

Inferred<Channels> channels_of(const NodeInputs& inputs, std::size_t weight) {
  const auto& x = inputs.shape(0);
  const auto& w = inputs.shape(weight);
  if (x.size() < 3 || w.size() != x.size())
    return contradiction(fmt::format("cannot apply filters of {} to an input of {}",
                                     format_shape(w), format_shape(x)));
  const auto groups = int_attribute(inputs.node(), "group", 1);
  if (groups < 1) return contradiction(fmt::format("has {} groups", groups));
  return Channels{w[0], w[1], groups};
}

Shape batch_and(std::int64_t batch, std::int64_t channels, const Shape& windows) {
  Shape shape{batch, channels};
  shape.insert(shape.end(), windows.begin(), windows.end());
  return shape;
}

Inferred<Outputs> convolved(const NodeInputs& inputs, std::size_t weight, ElementType type) {
  const auto channels = channels_of(inputs, weight);
  if (!channels) return tl::make_unexpected(channels.error());
  const auto& x = inputs.shape(0);
  const auto& w = inputs.shape(weight);
  if (multiply_extents(channels->per_group, channels->groups) != x[1])
    return contradiction(
        fmt::format("has filters of {} in {} groups for an input of {}: {} "
                    "channels do not fit {}",
                    format_shape(w), channels->groups, format_shape(x),
                    multiply_extents(channels->per_group, channels->groups), x[1]));
  if (channels->filters % channels->groups != 0)
    return contradiction(
        fmt::format("has {} filters in {} groups", channels->filters, channels->groups));
  const auto windows = windows_of(inputs, x.size() - 2, {w.begin() + 2, w.end()});
  if (!windows) return tl::make_unexpected(windows.error());
  const auto counts = count_windows(*windows, std::span(x).subspan(2));
  if (!counts) return tl::make_unexpected(counts.error());
  return one_output(type, batch_and(x[0], channels->filters, *counts));
}

Inferred<Outputs> conv(const NodeInputs& inputs) {
  return convolved(inputs, 1, inputs.type(0));
}
Inferred<Outputs> conv_integer(const NodeInputs& inputs) {
  return convolved(inputs, 1, ElementType::int32);
}
Inferred<Outputs> qlinear_conv(const NodeInputs& inputs) {
  return convolved(inputs, 3, inputs.has(7) ? inputs.type(7) : inputs.type(0));
}

Inferred<Outputs> conv_transpose(const NodeInputs& inputs) {
  const auto channels = channels_of(inputs, 1);
  if (!channels) return tl::make_unexpected(channels.error());
  const auto& x = inputs.shape(0);
  const auto& w = inputs.shape(1);
  if (w[0] != x[1])
    return contradiction(
        fmt::format("has filters of {} for an input of {}: {} channels do not fit "
                    "{}",
                    format_shape(w), format_shape(x), w[0], x[1]));
  const auto axes = x.size() - 2;
  const auto windows = windows_of(inputs, axes, {w.begin() + 2, w.end()});
  if (!windows) return tl::make_unexpected(windows.error());
  const auto asked = ints_attribute(inputs.node(), "output_shape");
  auto extra = ints_attribute(inputs.node(), "output_padding");
  extra.resize(axes, 0);
  if (!asked.empty() && asked.size() < axes)
    return contradiction(fmt::format("asks for {} extents of {}", asked.size(), axes));
  Shape extents;
  for (std::size_t i = 0; i < axes; ++i) {
    if (!asked.empty()) {  // some exporters write batch and channels too
      extents.push_back(asked[asked.size() - axes + i]);
      continue;
    }
    const auto stride = windows->strides[i];
    const auto reach =
        add_extents(multiply_extents(windows->kernel[i] - 1, windows->dilations[i]), 1);
    auto extent = multiply_extents(x[i + 2], stride);
    if (!windows->same) {
      extent = add_extents(multiply_extents(x[i + 2] - 1, stride), add_extents(reach, extra[i]));
      extent = add_extents(extent, -windows->pads[i]);
      extent = add_extents(extent, -windows->pads[i + axes]);
    }
    extents.push_back(extent);
  }
  return one_output(inputs.type(0),
                    batch_and(x[0], multiply_extents(w[1], channels->groups), extents));
}

// Inputs: data, filters, offsets.
Inferred<Outputs> deform_conv(const NodeInputs& inputs) {
  return convolved(inputs, 1, inputs.type(0));
}

// Each output element is a sum over one filter.
template <std::size_t weight>
Flops of_filters(const NodeInputs& inputs, const Outputs& outputs) {
  const auto filters = static_cast<std::uint64_t>(inputs.shape(weight)[0]);
  if (filters == 0) return 0;
  return product_of({2, elements_of(outputs[0]), elements_of(inputs.at(weight)) / filters});
}

// Each input element is spread over one filter.
Flops of_spreading(const NodeInputs& inputs, const Outputs&) {
  const auto channels = static_cast<std::uint64_t>(inputs.shape(1)[0]);
  if (channels == 0) return 0;
  return product_of({2, elements_of(inputs.at(0)), elements_of(inputs.at(1)) / channels});
}

constexpr std::array kRules{
    OperatorRule{"Conv", 2, conv, of_filters<1>},
    OperatorRule{"ConvTranspose", 2, conv_transpose, of_spreading},
    OperatorRule{"ConvInteger", 2, conv_integer, of_filters<1>, ByteTraffic::all, 0b1100},
    OperatorRule{"QLinearConv", 8, qlinear_conv, of_filters<3>, ByteTraffic::all, 0b11110110},
    OperatorRule{"DeformConv", 3, deform_conv, of_filters<1>},
    OperatorRule{"com.microsoft.FusedConv", 2, conv, of_filters<1>},
};

}  // namespace

std::span<const OperatorRule> convolution_rules() {
  return kRules;
}

}  // namespace jetmeter
