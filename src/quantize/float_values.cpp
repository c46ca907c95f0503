#include "quantize/float_values.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace jetmeter {
namespace {

// Their outputs are integers or booleans, whatever they read.
constexpr std::array<std::string_view, 17> kNotFloat{
    "Shape", "Size",  "ArgMax",         "ArgMin", "NonZero", "NonMaxSuppression",
    "IsNaN", "IsInf", "Equal",          "Less",   "Greater", "LessOrEqual",
    "And",   "Or",    "GreaterOrEqual", "Not",    "Range"};

// The input whose type the first output has.
std::size_t typed_input(const Node& node) {
  return node.op == "Where" ? 1 : 0;
}

class FloatSearch {
 public:
  explicit FloatSearch(const Graph& graph) : graph_(graph), index_(graph) {}

  std::set<std::string, std::less<>> run() {
    for (const auto& input : graph_.inputs)
      if (input.type == ElementType::float32) found_.insert(input.name);
    for (const auto& node : graph_.nodes) {
      if (!gives_floats(node)) continue;
      // Of several outputs the others may be indices (TopK) or masks (Dropout).
      const bool all = node.op == "Split" || node.op == "LSTM" || node.op == "GRU";
      for (std::size_t i = 0; i < (all ? node.outputs.size() : 1); ++i)
        if (i < node.outputs.size() && !node.outputs[i].empty()) found_.insert(node.outputs[i]);
    }
    return std::move(found_);
  }

 private:
  bool gives_floats(const Node& node) const {
    if (node.op == "Constant" || node.op == "ConstantOfShape") return false;
    if (node.op == "Cast") return int_attribute(node, "to", 0) == to_onnx(ElementType::float32);
    if (node.op == "DequantizeLinear") return true;
    if (std::ranges::find(kNotFloat, node.op) != kNotFloat.end()) return false;
    const auto at = typed_input(node);
    if (at >= node.inputs.size()) return false;
    if (found_.contains(node.inputs[at])) return true;
    const auto* weight = index_.weight(node.inputs[at]);
    return weight && weight->type == ElementType::float32;
  }

  const Graph& graph_;
  GraphIndex index_;
  std::set<std::string, std::less<>> found_;
};

}  // namespace

std::set<std::string, std::less<>> float_values(const Graph& graph) {
  return FloatSearch(graph).run();
}

}  // namespace jetmeter
