#include <fmt/format.h>

#include <array>

#include "cost/families.h"
#include "cost/window.h"

namespace jetmeter {
namespace {

Inferred<std::size_t> sliding_axes(const NodeInputs& inputs) {
  const auto& x = inputs.shape(0);
  if (x.size() < 3)
    return contradiction(
        fmt::format("pools an input of {}, which has no axis after batch and "
                    "channels",
                    format_shape(x)));
  return x.size() - 2;
}

Inferred<Outputs> pooled(const NodeInputs& inputs) {
  const auto axes = sliding_axes(inputs);
  if (!axes) return tl::make_unexpected(axes.error());
  const auto windows = windows_of(inputs, *axes, {});
  if (!windows) return tl::make_unexpected(windows.error());
  const auto& x = inputs.shape(0);
  const auto counts = count_windows(*windows, std::span(x).subspan(2));
  if (!counts) return tl::make_unexpected(counts.error());
  Shape shape{x[0], x[1]};
  shape.insert(shape.end(), counts->begin(), counts->end());
  auto outputs = one_output(inputs.type(0), shape);
  outputs.push_back(fact_of(ElementType::int64, shape));  // MaxPool's places
  return outputs;
}

Inferred<Outputs> pooled_to_one(const NodeInputs& inputs) {
  if (const auto axes = sliding_axes(inputs); !axes) return tl::make_unexpected(axes.error());
  Shape shape(inputs.shape(0).size(), 1);
  shape[0] = inputs.shape(0)[0];
  shape[1] = inputs.shape(0)[1];
  return one_output(inputs.type(0), shape);
}

// One operation for each element of each window.
Flops per_window(const NodeInputs& inputs, const Outputs& outputs) {
  const auto kernel = count_of(ints_attribute(inputs.node(), "kernel_shape"));
  return kernel ? product_of({*kernel, elements_of(outputs[0])}) : std::nullopt;
}

constexpr std::array kRules{
    OperatorRule{"MaxPool", 1, pooled, per_window},
    OperatorRule{"AveragePool", 1, pooled, per_window},
    OperatorRule{"LpPool", 1, pooled, per_window},
    OperatorRule{"GlobalAveragePool", 1, pooled_to_one, per_input<1>},
    OperatorRule{"GlobalMaxPool", 1, pooled_to_one, per_input<1>},
    OperatorRule{"GlobalLpPool", 1, pooled_to_one, per_input<1>},
    OperatorRule{"com.microsoft.QLinearAveragePool", 1, pooled, per_window, ByteTraffic::all,
                 0b11110},
    OperatorRule{"com.microsoft.QLinearGlobalAveragePool", 1, pooled_to_one, per_input<1>,
                 ByteTraffic::all, 0b11110},
};

}  // namespace

std::span<const OperatorRule> pooling_rules() {
  return kRules;
}

}  // namespace jetmeter
