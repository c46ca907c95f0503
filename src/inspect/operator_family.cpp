#include <algorithm>
#include <array>
#include <map>

#include "inspect/picture.h"

namespace jetmeter {
namespace {

using Family = OperatorFamily;

struct FamilyWords {
  Family family;
  std::string_view operators;
};
constexpr FamilyWords kFamilies[] = {
    {Family::convolution,
     "Conv ConvTranspose ConvInteger QLinearConv DeformConv FusedConv NhwcConv"},
    {Family::matrix,
     "Gemm MatMul MatMulInteger QLinearMatMul Einsum LSTM GRU RNN Attention "
     "MultiHeadAttention FusedMatMul MatMulNBits DynamicQuantizeMatMul "
     "MatMulIntegerToFloat"},
    {Family::activation,
     "Relu LeakyRelu PRelu Sigmoid Tanh HardSigmoid HardSwish Elu Selu Celu Softplus "
     "Softsign Softmax LogSoftmax Gelu FastGelu QuickGelu BiasGelu Mish Swish Clip Erf "
     "ThresholdedRelu"},
    {Family::arithmetic,
     "Add Sub Mul Div Pow Sqrt Exp Log Neg Abs Min Max Sum Reciprocal Floor Ceil Round "
     "Mod Sin Cos Where Equal Less Greater And Or Not Sign LessOrEqual GreaterOrEqual"},
    {Family::normalisation,
     "BatchNormalization LayerNormalization InstanceNormalization GroupNormalization "
     "LpNormalization RMSNormalization SimplifiedLayerNormalization "
     "SkipLayerNormalization SkipSimplifiedLayerNormalization LRN"},
    {Family::pooling,
     "MaxPool AveragePool GlobalAveragePool GlobalMaxPool LpPool ReduceMean ReduceSum "
     "ReduceMax ReduceMin ReduceL2 ArgMax ArgMin TopK"},
    {Family::shape,
     "Reshape Transpose Concat Split Slice Gather GatherND GatherElements Squeeze "
     "Unsqueeze Flatten Expand Tile Shape Size Cast CastLike Identity Pad Resize Upsample "
     "DepthToSpace SpaceToDepth ConstantOfShape Range ScatterND ScatterElements Dropout "
     "Trilu NonZero GridSample NonMaxSuppression"},
    {Family::quantisation, "QuantizeLinear DequantizeLinear DynamicQuantizeLinear"},
    {Family::control, "If Loop Scan SequenceMap"},
};

std::map<std::string_view, Family> read_families() {
  std::map<std::string_view, Family> all;
  for (auto [family, words] : kFamilies)
    while (!words.empty()) {
      const auto word = words.substr(0, words.find(' '));
      all.emplace(word, family);
      words.remove_prefix(std::min(word.size() + 1, words.size()));
    }
  return all;
}

const std::map<std::string_view, Family>& families() {
  static const auto kAll = read_families();
  return kAll;
}

}  // namespace

OperatorFamily operator_family(const Node& node) {
  const auto found = families().find(node.op);
  return found == families().end() ? Family::other : found->second;
}

bool is_landmark(const Node& node) {
  switch (operator_family(node)) {
    case Family::convolution:
    case Family::matrix:
    case Family::control:
    case Family::other: return true;
    case Family::pooling: return !node.op.starts_with("Reduce");
    default: break;
  }
  static constexpr std::array<std::string_view, 4> kMore{"Concat", "Resize", "Upsample", "Softmax"};
  for (const auto op : kMore)
    if (node.op == op) return true;
  return false;
}

std::string_view name(OperatorFamily family) {
  switch (family) {
    case Family::port: return "input, output";
    case Family::convolution: return "convolution";
    case Family::matrix: return "matrix product";
    case Family::activation: return "activation";
    case Family::arithmetic: return "arithmetic";
    case Family::normalisation: return "normalisation";
    case Family::pooling: return "pooling, reduction";
    case Family::shape: return "shape, data";
    case Family::quantisation: return "quantisation";
    case Family::control: return "control flow";
    case Family::other: return "other";
  }
  return "other";
}

}  // namespace jetmeter
