// Operators between numbers and their quantised forms, and ONNX Runtime's quantised elementwise
// ones. A value is quantised by a scale and a rounding: two operations.
#include <array>

#include "cost/families.h"

namespace jetmeter {
namespace {

// The zero point's type, the attribute's, else uint8.
Inferred<Outputs> quantised(const NodeInputs& inputs) {
  auto type = ElementType::uint8;
  if (inputs.has(2))
    type = inputs.type(2);
  else if (const auto wished = int_attribute(inputs.node(), "output_dtype", 0); wished > 0)
    type = from_onnx(static_cast<int>(wished & 0xFF));
  return one_output(type, inputs.shape(0));
}

Inferred<Outputs> dequantised(const NodeInputs& inputs) {
  return one_output(inputs.type(1), inputs.shape(0));
}

Inferred<Outputs> quantised_by_range(const NodeInputs& inputs) {
  auto outputs = one_output(ElementType::uint8, inputs.shape(0));
  outputs.push_back(fact_of(ElementType::float32, {}));
  outputs.push_back(fact_of(ElementType::uint8, {}));
  return outputs;
}

// Inputs: A, its scale and zero point, then B.
Inferred<Outputs> quantised_pair(const NodeInputs& inputs) {
  auto shape = broadcast_shapes(inputs.shape(0), inputs.shape(3));
  if (!shape) return tl::make_unexpected(shape.error());
  return one_output(inputs.type(0), *std::move(shape));
}

Inferred<Outputs> same(const NodeInputs& inputs) {
  return one_output(inputs.type(0), inputs.shape(0));
}

// Inputs: the output's scale and zero point, then three for each tensor.
Inferred<Outputs> quantised_concat(const NodeInputs& inputs) {
  Shape shape = inputs.shape(2);
  const auto axis = axis_of(int_attribute(inputs.node(), "axis", 0), shape.size());
  if (!axis) return tl::make_unexpected(axis.error());
  for (std::size_t i = 5; i < inputs.size(); i += 3) {
    if (!inputs.has(i) || inputs.shape(i).size() != shape.size())
      return contradiction("cannot join tensors of different axes");
    shape[*axis] = add_extents(shape[*axis], inputs.shape(i)[*axis]);
  }
  return one_output(inputs.type(2), shape);
}

constexpr std::uint32_t kOfPair = 0b11110110;
constexpr std::array kRules{
    OperatorRule{"QuantizeLinear", 2, quantised, per_output<2>, ByteTraffic::all, 0b110},
    OperatorRule{"DequantizeLinear", 2, dequantised, per_output<2>, ByteTraffic::all, 0b110},
    // The range of what it quantises has to be found first.
    OperatorRule{"DynamicQuantizeLinear", 1, quantised_by_range, per_output<4>},
    OperatorRule{"com.microsoft.QuantizeLinear", 2, quantised, per_output<2>, ByteTraffic::all,
                 0b110},
    OperatorRule{"com.microsoft.DequantizeLinear", 2, dequantised, per_output<2>, ByteTraffic::all,
                 0b110},
    OperatorRule{"com.microsoft.QLinearAdd", 4, quantised_pair, per_output<1>, ByteTraffic::all,
                 kOfPair, 0b100},
    OperatorRule{"com.microsoft.QLinearMul", 4, quantised_pair, per_output<1>, ByteTraffic::all,
                 kOfPair, 0b100},
    OperatorRule{"com.microsoft.QLinearSigmoid", 1, same, per_output<1>, ByteTraffic::all, 0b11110},
    OperatorRule{"com.microsoft.QLinearLeakyRelu", 1, same, per_output<1>, ByteTraffic::all,
                 0b11110},
    OperatorRule{"com.microsoft.QLinearSoftmax", 1, same, per_output<5>, ByteTraffic::all, 0b11110},
    OperatorRule{"com.microsoft.QLinearConcat", 3, quantised_concat, no_flops, ByteTraffic::all,
                 0xDB6DB6DB, 0b10},
};

}  // namespace

std::span<const OperatorRule> quantised_rules() {
  return kRules;
}

}  // namespace jetmeter
