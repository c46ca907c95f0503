#include "predict/op_roles.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace jetmeter {
namespace {

using Roles = std::unordered_map<std::string_view, OpRole>;

void put(Roles& roles, OpRole role, std::initializer_list<std::string_view> ops) {
  for (const auto op : ops) roles.emplace(op, role);
}

Roles make_roles() {
  Roles roles;
  put(roles, OpRole::product,
      {"Conv", "ConvTranspose", "ConvInteger", "QLinearConv", "MatMul", "MatMulInteger",
       "QLinearMatMul", "Gemm", "Einsum", "FusedConv", "FusedMatMul", "FusedGemm",
       "MatMulIntegerToFloat", "DynamicQuantizeMatMul"});
  put(roles, OpRole::pointwise,
      {"Abs",
       "Add",
       "And",
       "BatchNormalization",
       "BitShift",
       "Ceil",
       "Celu",
       "Clip",
       "Cos",
       "Div",
       "Elu",
       "Equal",
       "Erf",
       "Exp",
       "Floor",
       "Gelu",
       "Greater",
       "HardSigmoid",
       "HardSwish",
       "GreaterOrEqual",
       "IsNaN",
       "LeakyRelu",
       "Less",
       "LessOrEqual",
       "Log",
       "Max",
       "Mean",
       "Min",
       "Mish",
       "Mod",
       "Mul",
       "Neg",
       "Not",
       "Or",
       "PRelu",
       "Pow",
       "Reciprocal",
       "Relu",
       "Round",
       "Selu",
       "Sigmoid",
       "Sign",
       "Sin",
       "Softplus",
       "Softsign",
       "Sqrt",
       "Sub",
       "Sum",
       "Swish",
       "Tanh",
       "ThresholdedRelu",
       "Where",
       "Xor",
       "Cast",
       "QuantizeLinear",
       "DequantizeLinear",
       "QuickGelu",
       "BiasGelu",
       "FastGelu",
       "IsInf"});
  put(roles, OpRole::reduction,
      {"Softmax",
       "LogSoftmax",
       "LayerNormalization",
       "InstanceNormalization",
       "LpNormalization",
       "GroupNormalization",
       "RMSNormalization",
       "SimplifiedLayerNormalization",
       "SkipLayerNormalization",
       "ReduceMean",
       "ReduceSum",
       "ReduceMax",
       "ReduceMin",
       "ReduceL1",
       "ReduceL2",
       "ReduceProd",
       "ReduceSumSquare",
       "ReduceLogSumExp",
       "ArgMax",
       "ArgMin",
       "CumSum",
       "TopK",
       "DynamicQuantizeLinear",
       "MeanVarianceNormalization"});
  put(roles, OpRole::pool,
      {"MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "LpPool"});
  put(roles, OpRole::view, {"Split", "Slice"});
  put(roles, OpRole::free,
      {"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Dropout", "Constant", "Shape",
       "Size", "ConstantOfShape"});
  return roles;
}

}  // namespace

OpRole role_of(const Node& node) {
  static const Roles kRoles = make_roles();
  const auto found = kRoles.find(node.op);
  return found == kRoles.end() ? OpRole::copy : found->second;
}

bool is_activation(std::string_view op) {
  static constexpr std::array<std::string_view, 7> kActivations{
      "Relu", "Clip", "Sigmoid", "Tanh", "LeakyRelu", "HardSigmoid", "HardSwish"};
  return std::ranges::find(kActivations, op) != kActivations.end();
}

}  // namespace jetmeter
