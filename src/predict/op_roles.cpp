#include "predict/op_roles.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace jetmeter {
namespace {

// Operators by role, as words; what is in none of them is copied.
constexpr std::string_view kProduct =
    "Conv ConvTranspose ConvInteger QLinearConv MatMul MatMulInteger QLinearMatMul Gemm "
    "Einsum FusedConv FusedMatMul FusedGemm MatMulIntegerToFloat DynamicQuantizeMatMul";
constexpr std::string_view kPointwise =
    "Abs Add And BatchNormalization BitShift Ceil Celu Clip Cos Div Elu Equal Erf Exp Floor "
    "Gelu Greater HardSigmoid HardSwish GreaterOrEqual IsNaN LeakyRelu Less LessOrEqual Log "
    "Max Mean Min Mish Mod Mul Neg Not Or PRelu Pow Reciprocal Relu Round Selu Sigmoid Sign "
    "Sin Softplus Softsign Sqrt Sub Sum Swish Tanh ThresholdedRelu Where Xor Cast "
    "QuantizeLinear DequantizeLinear QuickGelu BiasGelu FastGelu IsInf";
constexpr std::string_view kReduction =
    "Softmax LogSoftmax LayerNormalization InstanceNormalization LpNormalization "
    "GroupNormalization RMSNormalization SimplifiedLayerNormalization SkipLayerNormalization "
    "ReduceMean ReduceSum ReduceMax ReduceMin ReduceL1 ReduceL2 ReduceProd ReduceSumSquare "
    "ReduceLogSumExp ArgMax ArgMin CumSum TopK DynamicQuantizeLinear "
    "MeanVarianceNormalization";
constexpr std::string_view kPool = "MaxPool AveragePool GlobalAveragePool GlobalMaxPool LpPool";
constexpr std::string_view kView = "Split Slice";
constexpr std::string_view kFree =
    "Reshape Flatten Squeeze Unsqueeze Identity Dropout Constant Shape Size ConstantOfShape";

using Roles = std::unordered_map<std::string_view, OpRole>;

void put(Roles& roles, OpRole role, std::string_view words) {
  while (!words.empty()) {
    const auto word = words.substr(0, words.find(' '));
    roles.emplace(word, role);
    words.remove_prefix(std::min(word.size() + 1, words.size()));
  }
}

Roles make_roles() {
  Roles roles;
  put(roles, OpRole::product, kProduct);
  put(roles, OpRole::pointwise, kPointwise);
  put(roles, OpRole::reduction, kReduction);
  put(roles, OpRole::pool, kPool);
  put(roles, OpRole::view, kView);
  put(roles, OpRole::free, kFree);
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
