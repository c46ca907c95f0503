// Products of matrices. Operations are multiply-adds; a bias is where the sum starts.
#include <fmt/format.h>

#include <array>
#include <map>

#include "cost/families.h"

namespace jetmeter {
namespace {

Inferred<Shape> multiplied(const Shape& a, const Shape& b) {
  if (a.empty() || b.empty()) return contradiction("cannot multiply a scalar");
  Shape left = a;
  Shape right = b;
  if (a.size() == 1) left.insert(left.begin(), 1);
  if (b.size() == 1) right.push_back(1);
  const auto inner = left.back();
  if (inner != right[right.size() - 2])
    return contradiction(fmt::format("cannot multiply {} by {}: {} and {} would have to be equal",
                                     format_shape(a), format_shape(b), inner,
                                     right[right.size() - 2]));
  const auto rows = left[left.size() - 2];
  const auto columns = right.back();
  auto shape = broadcast_shapes({left.begin(), left.end() - 2}, {right.begin(), right.end() - 2});
  if (!shape) return shape;
  if (a.size() > 1) shape->push_back(rows);
  if (b.size() > 1) shape->push_back(columns);
  return shape;
}

Inferred<Outputs> product(const NodeInputs& inputs, std::size_t right, ElementType type) {
  auto shape = multiplied(inputs.shape(0), inputs.shape(right));
  if (!shape) return tl::make_unexpected(shape.error());
  return one_output(type, *std::move(shape));
}

Inferred<Outputs> matmul(const NodeInputs& inputs) {
  return product(inputs, 1, inputs.type(0));
}
Inferred<Outputs> matmul_integer(const NodeInputs& inputs) {
  return product(inputs, 1, ElementType::int32);
}
Inferred<Outputs> matmul_to_float(const NodeInputs& inputs) {
  return product(inputs, 1, inputs.has(2) ? inputs.type(2) : ElementType::float32);
}
Inferred<Outputs> qlinear_matmul(const NodeInputs& inputs) {
  return product(inputs, 3, inputs.has(7) ? inputs.type(7) : inputs.type(0));
}

Inferred<Outputs> fused_matmul(const NodeInputs& inputs) {
  const auto turned = [&](std::size_t i, std::string_view name) {
    Shape shape = inputs.shape(i);
    if (int_attribute(inputs.node(), name, 0) != 0 && shape.size() > 1)
      std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
    return shape;
  };
  if (int_attribute(inputs.node(), "transBatchA", 0) != 0 ||
      int_attribute(inputs.node(), "transBatchB", 0) != 0)
    return cannot_tell("jetmeter does not know its transposed batches");
  auto shape = multiplied(turned(0, "transA"), turned(1, "transB"));
  if (!shape) return tl::make_unexpected(shape.error());
  return one_output(inputs.type(0), *std::move(shape));
}

Inferred<Outputs> general_product(const NodeInputs& inputs, std::size_t right) {
  const auto& a = inputs.shape(0);
  const auto& b = inputs.shape(right);
  if (a.size() != 2 || b.size() != 2)
    return contradiction(fmt::format("multiplies {} by {}, which are no matrices", format_shape(a),
                                     format_shape(b)));
  const bool turn_a = int_attribute(inputs.node(), "transA", 0) != 0;
  const bool turn_b = int_attribute(inputs.node(), "transB", 0) != 0;
  if (a[turn_a ? 0 : 1] != b[turn_b ? 1 : 0])
    return contradiction(
        fmt::format("cannot multiply {}{} by {}{}: {} and {} would have to be equal",
                    format_shape(a), turn_a ? " transposed" : "", format_shape(b),
                    turn_b ? " transposed" : "", a[turn_a ? 0 : 1], b[turn_b ? 1 : 0]));
  return one_output(inputs.type(0), {a[turn_a ? 1 : 0], b[turn_b ? 0 : 1]});
}

Inferred<Outputs> gemm(const NodeInputs& inputs) {
  return general_product(inputs, 1);
}
Inferred<Outputs> qgemm(const NodeInputs& inputs) {
  auto outputs = general_product(inputs, 3);
  if (outputs) (*outputs)[0].type = inputs.has(8) ? inputs.type(8) : ElementType::float32;
  return outputs;
}

// The weight is packed: its shape is in K and N.
Inferred<Outputs> matmul_nbits(const NodeInputs& inputs) {
  Shape shape = inputs.shape(0);
  const auto k = int_attribute(inputs.node(), "K", 0);
  if (shape.empty() || shape.back() != k)
    return contradiction(
        fmt::format("cannot multiply {} by a matrix of {} rows", format_shape(inputs.shape(0)), k));
  shape.back() = int_attribute(inputs.node(), "N", 0);
  return one_output(inputs.type(0), shape);
}

// Each output element is a sum over the inner extent.
Flops over_inner(const NodeInputs& inputs, const Outputs& outputs) {
  return product_of(
      {2, elements_of(outputs[0]), static_cast<std::uint64_t>(inputs.shape(0).back())});
}
Flops over_inner_or_turned(const NodeInputs& inputs, const Outputs& outputs) {
  const auto& a = inputs.shape(0);
  const bool turned = a.size() > 1 && int_attribute(inputs.node(), "transA", 0) != 0;
  return product_of({2, elements_of(outputs[0]),
                     static_cast<std::uint64_t>(turned ? a[a.size() - 2] : a.back())});
}

Flops of_fused(const NodeInputs& inputs, const Outputs& outputs) {
  return fused_matmul(inputs) ? over_inner_or_turned(inputs, outputs) : std::nullopt;
}

// ---- Einsum ------------------------------------------------------------------------------------

struct Equation {
  std::vector<std::string> operands;
  std::string result;
};

Inferred<Equation> equation_of(const NodeInputs& inputs) {
  std::string text = text_attribute(inputs.node(), "equation", "");
  std::erase(text, ' ');
  const auto arrow = text.find("->");
  if (arrow == std::string::npos || text.find('.') != std::string::npos)
    return cannot_tell(fmt::format("jetmeter cannot read its equation {}", in_quotes(text)));
  Equation equation{{""}, text.substr(arrow + 2)};
  for (const char each : text.substr(0, arrow)) {
    if (each == ',')
      equation.operands.emplace_back();
    else
      equation.operands.back() += each;
  }
  if (equation.operands.size() != inputs.size())
    return contradiction(
        fmt::format("has {} inputs for its equation {}", inputs.size(), in_quotes(text)));
  return equation;
}

Inferred<std::map<char, std::int64_t>> extents_of(const Equation& equation,
                                                  const NodeInputs& inputs) {
  std::map<char, std::int64_t> extents;
  for (std::size_t i = 0; i < equation.operands.size(); ++i) {
    const auto& letters = equation.operands[i];
    if (!inputs.has(i) || letters.size() != inputs.shape(i).size())
      return contradiction(fmt::format("has {} letters for an input of {}", letters.size(),
                                       inputs.has(i) ? format_shape(inputs.shape(i)) : "nothing"));
    for (std::size_t axis = 0; axis < letters.size(); ++axis) {
      const auto extent = inputs.shape(i)[axis];
      const auto [known, is_new] = extents.emplace(letters[axis], extent);
      if (!is_new && known->second == 1) known->second = extent;
      if (known->second != extent && extent != 1)
        return contradiction(
            fmt::format("has {} and {} for its letter {}", known->second, extent, letters[axis]));
    }
  }
  return extents;
}

Inferred<Outputs> einsum(const NodeInputs& inputs) {
  const auto equation = equation_of(inputs);
  if (!equation) return tl::make_unexpected(equation.error());
  const auto extents = extents_of(*equation, inputs);
  if (!extents) return tl::make_unexpected(extents.error());
  Shape shape;
  for (const char letter : equation->result) {
    const auto known = extents->find(letter);
    if (known == extents->end())
      return contradiction(fmt::format("has a letter {} that no input has", letter));
    shape.push_back(known->second);
  }
  return one_output(inputs.type(0), shape);
}

// One multiply-add for each combination of letters and each operand after the first.
Flops of_equation(const NodeInputs& inputs, const Outputs&) {
  const auto equation = equation_of(inputs);
  if (!equation) return std::nullopt;
  const auto extents = extents_of(*equation, inputs);
  if (!extents) return std::nullopt;
  Flops flops = inputs.size() > 1 ? 2 * (inputs.size() - 1) : 1;
  for (const auto& [letter, extent] : *extents)
    if (flops) flops = product_of({*flops, static_cast<std::uint64_t>(extent)});
  return flops;
}

constexpr std::array kRules{
    OperatorRule{"MatMul", 2, matmul, over_inner},
    OperatorRule{"Gemm", 2, gemm, over_inner_or_turned},
    OperatorRule{"MatMulInteger", 2, matmul_integer, over_inner, ByteTraffic::all, 0b1100},
    OperatorRule{"QLinearMatMul", 4, qlinear_matmul, over_inner, ByteTraffic::all, 0b11110110},
    OperatorRule{"Einsum", 1, einsum, of_equation},
    OperatorRule{"com.microsoft.FusedMatMul", 2, fused_matmul, of_fused},
    OperatorRule{"com.microsoft.FusedGemm", 2, gemm, over_inner_or_turned},
    OperatorRule{"com.microsoft.MatMulIntegerToFloat", 4, matmul_to_float, over_inner,
                 ByteTraffic::all, 0b111100},
    OperatorRule{"com.microsoft.DynamicQuantizeMatMul", 3, matmul, over_inner, ByteTraffic::all,
                 0b01100},
    OperatorRule{"com.microsoft.QGemm", 4, qgemm, over_inner_or_turned, ByteTraffic::all,
                 0b110110110, 0b100},
    OperatorRule{"com.microsoft.MatMulNBits", 3, matmul_nbits, over_inner, ByteTraffic::all,
                 0b11100},
};

}  // namespace

std::span<const OperatorRule> matmul_rules() {
  return kRules;
}

}  // namespace jetmeter
