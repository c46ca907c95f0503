#include "convert/sixteen_bit_rules.h"

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

std::optional<std::string_view> reason_to_stay(const Node& node) {
  if (!node.domain.empty()) return "not a standard operator: which types it takes is not known";
  const auto* found = std::ranges::find(kStay, std::string_view(node.op),
                                        [](const auto& each) { return each.first; });
  if (found != kStay.end()) return found->second;
  return std::nullopt;
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
