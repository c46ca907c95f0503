#include "convert/sixteen_bit_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace jetmeter {
namespace {

constexpr std::string_view kDefinition = "its definition has no 16-bit floats";
constexpr std::string_view kQuantised = "a part of the model's quantisation";
constexpr std::string_view kCoordinates = "coordinates, which 16 bits would round to other places";
constexpr std::string_view kRandom = "its numbers would be others";
constexpr std::string_view kSums = "sums up without an end, and 16 bits stop at 2048 ones";

// Sources: the type constraints of ONNX's operators up to opset 22.
constexpr auto kStay = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"NonMaxSuppression", kDefinition},
    {"Celu", kDefinition},
    {"Range", kDefinition},
    {"IsInf", kDefinition},
    {"EyeLike", kDefinition},
    {"MelWeightMatrix", kDefinition},
    {"HannWindow", kDefinition},
    {"HammingWindow", kDefinition},
    {"BlackmanWindow", kDefinition},
    {"AffineGrid", kCoordinates},
    {"GridSample", kCoordinates},
    {"RoiAlign", kCoordinates},
    {"MaxRoiPool", kCoordinates},
    {"DeformConv", kCoordinates},
    {"TopK", "numbers that 16 bits make equal would come in another order"},
    {"CumSum", kSums},
    {"DFT", kSums},
    {"STFT", kSums},
    {"QuantizeLinear", kQuantised},
    {"DequantizeLinear", kQuantised},
    {"DynamicQuantizeLinear", kQuantised},
    {"QLinearConv", kQuantised},
    {"QLinearMatMul", kQuantised},
    {"ConvInteger", kQuantised},
    {"MatMulInteger", kQuantised},
    {"RandomNormal", kRandom},
    {"RandomUniform", kRandom},
    {"RandomNormalLike", kRandom},
    {"RandomUniformLike", kRandom},
    {"Multinomial", kRandom},
    {"Bernoulli", kRandom},
});

// The opset that brought bfloat16 to an operator; all others had it in 13.
constexpr std::int64_t kNotYet = 1000;
constexpr auto kBrainSince = std::to_array<std::pair<std::string_view, std::int64_t>>({
    {"Relu", 14},
    {"BatchNormalization", 14},
    {"Trilu", 14},
    {"Where", 16},
    {"LeakyRelu", 16},
    {"PRelu", 16},
    {"ConstantOfShape", 20},
    {"Acos", 22},
    {"Acosh", 22},
    {"Asin", 22},
    {"Asinh", 22},
    {"Atan", 22},
    {"Atanh", 22},
    {"AveragePool", 22},
    {"Conv", 22},
    {"ConvTranspose", 22},
    {"Cos", 22},
    {"Cosh", 22},
    {"Det", 22},
    {"Elu", 22},
    {"GRU", 22},
    {"GlobalAveragePool", 22},
    {"GlobalLpPool", 22},
    {"GlobalMaxPool", 22},
    {"HardSigmoid", 22},
    {"HardSwish", 22},
    {"InstanceNormalization", 22},
    {"LSTM", 22},
    {"LpNormalization", 22},
    {"LpPool", 22},
    {"MaxPool", 22},
    {"MaxUnpool", 22},
    {"Mish", 22},
    {"RNN", 22},
    {"Round", 22},
    {"Selu", 22},
    {"Sin", 22},
    {"Sinh", 22},
    {"Softplus", 22},
    {"Softsign", 22},
    {"Tan", 22},
    {"ThresholdedRelu", 22},
    {"Compress", kNotYet},
    {"Einsum", kNotYet},
    {"Gelu", kNotYet},
    {"OneHot", kNotYet},
    {"ReverseSequence", kNotYet},
    {"Shrink", kNotYet},
    {"Unique", kNotYet},
});

constexpr auto kMove = std::to_array<std::string_view>(
    {"Reshape",        "Transpose", "Concat",  "Split",     "Slice",           "Gather",
     "GatherElements", "GatherND",  "Squeeze", "Unsqueeze", "Expand",          "Identity",
     "Flatten",        "Tile",      "Pad",     "ScatterND", "ScatterElements", "DepthToSpace",
     "SpaceToDepth",   "Dropout",   "Where"});

template <typename List>
bool has(const List& list, std::string_view op) {
  return std::ranges::find(list, op) != list.end();
}

}  // namespace

std::optional<std::string> reason_to_stay(const Node& node, ElementType type, std::int64_t opset) {
  if (!node.domain.empty()) return "not a standard operator: which types it takes is not known";
  const auto op_of = [](const auto& each) { return each.first; };
  const auto* found = std::ranges::find(kStay, std::string_view(node.op), op_of);
  if (found != kStay.end()) return std::string(found->second);
  if (type != ElementType::bfloat16) return std::nullopt;
  const auto* since = std::ranges::find(kBrainSince, std::string_view(node.op), op_of);
  if (since == kBrainSince.end() || opset >= since->second) return std::nullopt;
  if (since->second == kNotYet) return "its definition has no bfloat16";
  return fmt::format("takes bfloat16 from opset {} on; the model is of opset {}", since->second,
                     opset);
}

bool input_stays(const Node& node, std::size_t input) {
  if (node.op == "Resize") return input > 0;
  return node.op == "Upsample" && input == 1;
}

bool only_moves(const Node& node) {
  return node.domain.empty() && has(kMove, node.op);
}

bool reads_any_float(const Node& node) {
  static constexpr auto kReads = std::to_array<std::string_view>(
      {"Shape", "Size", "Cast", "IsNaN", "ArgMax", "ArgMin", "NonZero"});
  return node.domain.empty() && has(kReads, node.op);
}

bool may_saturate(const Node& node) {
  static constexpr auto kLimits =
      std::to_array<std::string_view>({"Clip", "Min", "Max", "Pad", "Where"});
  return has(kLimits, node.op);
}

}  // namespace jetmeter
