#include "convert/element_types.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "convert/edit.h"

namespace jetmeter {
namespace {

using Found = std::optional<ElementType>;

template <std::size_t N>
bool is_one_of(std::string_view op, const std::array<std::string_view, N>& ops) {
  return std::ranges::find(ops, op) != ops.end();
}

constexpr auto kTellBoolean = std::to_array<std::string_view>(
    {"Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And", "Or", "Xor", "Not",
     "IsNaN", "IsInf", "SequenceEmpty", "OptionalHasElement"});
constexpr auto kTellInt64 = std::to_array<std::string_view>(
    {"Shape", "Size", "ArgMax", "ArgMin", "NonZero", "NonMaxSuppression"});
// Every output is of the type of the first input.
constexpr auto kFollowFirst = std::to_array<std::string_view>({"Abs",
                                                               "Acos",
                                                               "Acosh",
                                                               "Add",
                                                               "Asin",
                                                               "Asinh",
                                                               "Atan",
                                                               "Atanh",
                                                               "AveragePool",
                                                               "BatchNormalization",
                                                               "BitShift",
                                                               "BitwiseAnd",
                                                               "BitwiseNot",
                                                               "BitwiseOr",
                                                               "BitwiseXor",
                                                               "Ceil",
                                                               "Celu",
                                                               "CenterCropPad",
                                                               "Clip",
                                                               "Col2Im",
                                                               "Compress",
                                                               "Concat",
                                                               "Conv",
                                                               "ConvTranspose",
                                                               "Cos",
                                                               "Cosh",
                                                               "CumSum",
                                                               "DeformConv",
                                                               "DepthToSpace",
                                                               "Det",
                                                               "Div",
                                                               "Einsum",
                                                               "Elu",
                                                               "Erf",
                                                               "Exp",
                                                               "Expand",
                                                               "Flatten",
                                                               "Floor",
                                                               "GRU",
                                                               "Gather",
                                                               "GatherElements",
                                                               "GatherND",
                                                               "Gelu",
                                                               "Gemm",
                                                               "GlobalAveragePool",
                                                               "GlobalLpPool",
                                                               "GlobalMaxPool",
                                                               "GridSample",
                                                               "GroupNormalization",
                                                               "HardSigmoid",
                                                               "HardSwish",
                                                               "Hardmax",
                                                               "Identity",
                                                               "InstanceNormalization",
                                                               "LRN",
                                                               "LSTM",
                                                               "LayerNormalization",
                                                               "LeakyRelu",
                                                               "Log",
                                                               "LogSoftmax",
                                                               "LpNormalization",
                                                               "LpPool",
                                                               "MatMul",
                                                               "Max",
                                                               "MaxUnpool",
                                                               "Mean",
                                                               "MeanVarianceNormalization",
                                                               "Min",
                                                               "Mish",
                                                               "Mod",
                                                               "Mul",
                                                               "Neg",
                                                               "PRelu",
                                                               "Pad",
                                                               "Pow",
                                                               "RMSNormalization",
                                                               "RNN",
                                                               "RandomNormalLike",
                                                               "RandomUniformLike",
                                                               "Range",
                                                               "Reciprocal",
                                                               "ReduceL1",
                                                               "ReduceL2",
                                                               "ReduceLogSum",
                                                               "ReduceLogSumExp",
                                                               "ReduceMax",
                                                               "ReduceMean",
                                                               "ReduceMin",
                                                               "ReduceProd",
                                                               "ReduceSum",
                                                               "ReduceSumSquare",
                                                               "Relu",
                                                               "Reshape",
                                                               "Resize",
                                                               "ReverseSequence",
                                                               "RoiAlign",
                                                               "Round",
                                                               "Scatter",
                                                               "ScatterElements",
                                                               "ScatterND",
                                                               "Selu",
                                                               "Shrink",
                                                               "Sigmoid",
                                                               "Sign",
                                                               "Sin",
                                                               "Sinh",
                                                               "Slice",
                                                               "Softmax",
                                                               "Softplus",
                                                               "Softsign",
                                                               "SpaceToDepth",
                                                               "Split",
                                                               "Sqrt",
                                                               "Squeeze",
                                                               "Sub",
                                                               "Sum",
                                                               "Swish",
                                                               "Tan",
                                                               "Tanh",
                                                               "TensorScatter",
                                                               "ThresholdedRelu",
                                                               "Tile",
                                                               "Transpose",
                                                               "Trilu",
                                                               "Unsqueeze",
                                                               "Upsample",
                                                               "Attention",
                                                               "RotaryEmbedding",
                                                               "Bernoulli",
                                                               "EyeLike",
                                                               "DFT",
                                                               "STFT",
                                                               "AffineGrid"});

class Typer {
 public:
  explicit Typer(ElementTypes& types) : types_(types) {}

  void visit(const Node& node) {
    if (node.outputs.empty() || !node.domain.empty()) return;
    if (special(node)) return;
    if (const auto type = of_all_outputs(node))
      for (const auto& name : node.outputs) set(name, type);
  }

 private:
  Found of(const Node& node, std::size_t input) const {
    if (input >= node.inputs.size()) return std::nullopt;
    const auto found = types_.find(node.inputs[input]);
    return found == types_.end() ? Found() : Found(found->second);
  }
  void set(const std::string& name, Found type) {
    if (!name.empty() && type && *type != ElementType::other) types_[name] = *type;
  }
  void set_outputs(const Node& node, std::initializer_list<Found> types) {
    std::size_t i = 0;
    for (const auto& type : types)
      if (i < node.outputs.size()) set(node.outputs[i++], type);
  }

  Found by_attribute(const Node& node, std::string_view name, Found otherwise) const {
    const auto* number = attribute<std::int64_t>(node, name);
    return number ? Found(from_onnx(static_cast<int>(*number))) : otherwise;
  }

  Found of_all_outputs(const Node& node) const {
    const auto& op = node.op;
    if (is_one_of(op, kTellBoolean)) return ElementType::boolean;
    if (is_one_of(op, kTellInt64)) return ElementType::int64;
    if (op == "Cast") return by_attribute(node, "to", std::nullopt);
    if (op == "CastLike" || op == "Where") return of(node, 1);
    if (op == "OneHot") return of(node, 2);
    if (op == "ConvInteger" || op == "MatMulInteger") return ElementType::int32;
    if (op == "DequantizeLinear") return of(node, 1);
    if (op == "QuantizeLinear")
      return node.inputs.size() > 2 ? of(node, 2)
                                    : by_attribute(node, "output_dtype", ElementType::uint8);
    if (op == "QLinearConv" || op == "QLinearMatMul") return of(node, 7);
    if (op == "RandomNormal" || op == "RandomUniform" || op == "HannWindow" ||
        op == "HammingWindow" || op == "BlackmanWindow" || op == "MelWeightMatrix")
      return by_attribute(node, op.starts_with("Random") ? "dtype" : "output_datatype",
                          ElementType::float32);
    if (op == "Multinomial") return by_attribute(node, "dtype", ElementType::int32);
    if (op == "EyeLike" || op == "Bernoulli" || op == "RandomNormalLike" ||
        op == "RandomUniformLike")
      return by_attribute(node, "dtype", of(node, 0));
    if (op == "ConstantOfShape") {
      const auto* value = attribute<Tensor>(node, "value");
      return value ? value->type : ElementType::float32;
    }
    if (op == "Constant") return of_constant(node);
    return is_one_of(op, kFollowFirst) ? of(node, 0) : std::nullopt;
  }

  static Found of_constant(const Node& node) {
    if (const auto* tensor = attribute<Tensor>(node, "value")) return tensor->type;
    for (const auto& each : node.attributes) {
      if (each.name == "value_float" || each.name == "value_floats") return ElementType::float32;
      if (each.name == "value_int" || each.name == "value_ints") return ElementType::int64;
    }
    return std::nullopt;
  }

  // Operators whose outputs differ in type; true: it was one.
  bool special(const Node& node) {
    const auto& op = node.op;
    if (op == "TopK" || op == "MaxPool" || op == "Unique") {
      set_outputs(node, {of(node, 0), ElementType::int64, ElementType::int64, ElementType::int64});
    } else if (op == "Dropout") {
      set_outputs(node, {of(node, 0), ElementType::boolean});
    } else if (op == "DynamicQuantizeLinear") {
      set_outputs(node, {ElementType::uint8, ElementType::float32, ElementType::uint8});
    } else if (op == "If") {
      of_branches(node);
    } else if (op == "Loop") {
      of_loop(node);
    } else {
      return false;
    }
    return true;
  }

  void of_branches(const Node& node) {
    for_each_body(node, [&](const Graph& body) {
      const auto inner = element_types(body, types_);
      for (std::size_t i = 0; i < std::min(body.outputs.size(), node.outputs.size()); ++i)
        if (const auto found = inner.find(body.outputs[i].name); found != inner.end())
          set(node.outputs[i], found->second);
    });
  }

  // A body's outputs: the condition, what is carried, what is gathered.
  void of_loop(const Node& node) {
    for_each_body(node, [&](const Graph& body) {
      const auto inner = element_types(body, types_);
      for (std::size_t i = 1; i < body.outputs.size() && i - 1 < node.outputs.size(); ++i)
        if (const auto found = inner.find(body.outputs[i].name); found != inner.end())
          set(node.outputs[i - 1], found->second);
    });
  }

  ElementTypes& types_;
};

}  // namespace

ElementTypes element_types(const Graph& graph, const ElementTypes& outer) {
  auto types = outer;
  const auto add = [&](const std::string& name, ElementType type) {
    if (type != ElementType::other) types.insert_or_assign(name, type);
  };
  for (const auto& value : graph.values) add(value.name, value.type);
  for (const auto& value : graph.outputs) add(value.name, value.type);
  for (const auto& value : graph.inputs) add(value.name, value.type);
  for (const auto& weight : graph.weights) add(weight.name, weight.type);
  Typer typer(types);
  for (const auto& node : graph.nodes) typer.visit(node);
  return types;
}

}  // namespace jetmeter
