#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>
#include <unordered_set>

#include "jetmeter/quantize.h"
#include "quantize/integers.h"
#include "quantize/layer_weight.h"

namespace jetmeter {
namespace {

template <typename T>
Tensor tensor_of(std::string name, ElementType type, Shape shape, const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return raw_tensor(std::move(name), type, std::move(shape), std::move(bytes));
}

Node make_node(std::string op, std::vector<std::string> inputs, std::string output) {
  auto name = output + "/" + op;
  return {std::move(op), "", std::move(name), std::move(inputs), {std::move(output)}, {}};
}

bool all_finite(std::span<const float> values) {
  return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
}

class Rewriter {
 public:
  Rewriter(const ModelGraph& model, const QuantizePlan& plan, const TensorRanges& ranges)
      : source_(model.graph), index_(source_), plan_(plan), ranges_(ranges), result_(model) {
    for (const auto& value : source_.inputs) taken_.insert(value.name);
    for (const auto& weight : source_.weights) taken_.insert(weight.name);
    for (const auto& node : source_.nodes) taken_.insert(node.outputs.begin(), node.outputs.end());
  }

  Result<ModelGraph> run() {
    result_.graph.nodes.clear();
    for (const auto& name : plan_.tensors)
      if (auto good = prepare(name); !good) return tl::make_unexpected(good.error());
    for (const auto& input : source_.inputs) emit_pair(input.name);
    for (std::size_t i = 0; i < source_.nodes.size(); ++i)
      if (auto good = emit(i); !good) return tl::make_unexpected(good.error());
    drop_unread();
    result_.graph.values.clear();  // the file's remarks on tensors that may have moved
    if (auto sorted = sort_nodes(result_.graph); !sorted)
      return tl::make_unexpected(sorted.error());
    return std::move(result_);
  }

 private:
  struct Pair {
    IntegerGrid grid;
    std::string before, scale, zero, integers, after;
  };

  std::string fresh(const std::string& wish) {
    std::string name = wish;
    for (int i = 1; !taken_.insert(name).second; ++i) name = fmt::format("{}_{}", wish, i);
    return name;
  }

  void add_weight(Tensor tensor) { result_.graph.weights.push_back(std::move(tensor)); }

  // Names and numbers of one tensor's Q and DQ. The result of an integer kernel that is an output
  // of the model keeps its name behind the DQ.
  Result<void> prepare(const std::string& name) {
    const auto range = ranges_.find(name);
    if (range == ranges_.end())
      return fail(fmt::format("tensor {} has no range; calibrate it", in_quotes(name)));
    Pair pair;
    pair.grid = grid_of(range->second, plan_.options.target);
    pair.scale = fresh(name + "/scale");
    pair.zero = fresh(name + "/zero");
    pair.integers = fresh(name + "/quantized");
    if (renames(name)) {
      pair.before = fresh(name + "/float");
      pair.after = name;
    } else {
      pair.before = name;
      pair.after = fresh(name + "/dequantized");
    }
    add_weight(tensor_of<float>(pair.scale, ElementType::float32, {}, {pair.grid.scale}));
    add_weight(tensor_of<std::uint8_t>(pair.zero, pair.grid.type, {},
                                       {static_cast<std::uint8_t>(pair.grid.zero)}));
    pairs_.emplace(name, std::move(pair));
    return {};
  }

  bool renames(const std::string& name) const {
    return index_.is_output(name) && index_.producer(name) &&
           plan_.options.target == QuantizeTarget::onnxruntime && writes_integers(name);
  }

  bool writes_integers(const std::string& name) const {
    const auto* from = index_.producer(name);
    return plan_.integer[static_cast<std::size_t>(from - source_.nodes.data())];
  }

  void emit_pair(const std::string& name) {
    const auto found = pairs_.find(name);
    if (found == pairs_.end()) return;
    const auto& pair = found->second;
    auto& nodes = result_.graph.nodes;
    nodes.push_back(
        make_node("QuantizeLinear", {pair.before, pair.scale, pair.zero}, pair.integers));
    nodes.push_back(
        make_node("DequantizeLinear", {pair.integers, pair.scale, pair.zero}, pair.after));
  }

  Result<void> emit(std::size_t i) {
    Node node = source_.nodes[i];
    for (std::size_t k = 0; k < node.inputs.size(); ++k)
      if (plan_.reads.contains({i, k})) node.inputs[k] = pairs_.at(node.inputs[k]).after;
    for (auto& name : node.outputs)
      if (const auto pair = pairs_.find(name); pair != pairs_.end()) name = pair->second.before;
    if (plan_.integer[i] && is_layer(node))
      if (auto good = quantize_weights(source_.nodes[i], node); !good) return good;
    result_.graph.nodes.push_back(std::move(node));
    for (const auto& name : source_.nodes[i].outputs) emit_pair(name);
    return {};
  }

  Result<void> quantize_weights(const Node& original, Node& node) {
    const auto found = layer_weight(original, index_);
    if (!found) return tl::make_unexpected(found.error());
    const auto values = to_floats(*found->weight);
    if (!values || !all_finite(*values))
      return fail(
          fmt::format("the weight of {} holds what is no finite number", describe(original)));
    std::vector<float> bias;
    if (found->bias) bias = to_floats(*found->bias).value_or(std::vector<float>{});
    if (!all_finite(bias))
      return fail(fmt::format("the bias of {} holds what is no finite number", describe(original)));
    const auto axis = plan_.options.per_channel ? found->axis : std::nullopt;
    const float input_scale = pairs_.at(original.inputs[0]).grid.scale;
    const auto layout = layout_of(found->weight->shape, axis);
    const bool with_bias = !bias.empty() && plan_.options.target == QuantizeTarget::onnxruntime;
    std::vector<float> least;
    if (with_bias) least = least_scales(bias, input_scale, layout.channels);
    const auto weight = integer_weight(*values, layout, plan_.options.reduce_range, least);
    node.inputs[1] = add_integer_weight(*found->weight, node, weight, axis);
    if (with_bias) node.inputs[2] = add_integer_bias(bias, node, weight.scales, input_scale);
    return {};
  }

  static std::vector<float> least_scales(std::span<const float> bias, float input_scale,
                                         std::int64_t channels) {
    std::vector<float> least(static_cast<std::size_t>(channels), 0);
    for (std::size_t c = 0; c < bias.size(); ++c) {
      auto& of_channel = least[channels == 1 ? 0 : c];
      of_channel = std::max(of_channel, least_scale(bias[c], input_scale));
    }
    return least;
  }

  std::string add_integer_weight(const Tensor& original, const Node& node,
                                 const IntegerWeight& weight, std::optional<std::size_t> axis) {
    const auto name = fresh(node.outputs[0] + "/weight");
    const auto scale = fresh(name + "_scale"), zero = fresh(name + "_zero");
    const auto count = weight.scales.size();
    const Shape shape = axis ? Shape{static_cast<std::int64_t>(count)} : Shape{};
    add_weight(tensor_of(name, ElementType::int8, original.shape, weight.values));
    add_weight(tensor_of(scale, ElementType::float32, shape, weight.scales));
    add_weight(tensor_of(zero, ElementType::int8, shape, std::vector<std::int8_t>(count, 0)));
    return dequantize({name, scale, zero}, axis);
  }

  // int32 in the scale of the sums, as integer kernels add it.
  std::string add_integer_bias(std::span<const float> bias, const Node& node,
                               const std::vector<float>& weight_scales, float input_scale) {
    const auto name = fresh(node.outputs[0] + "/bias");
    const auto scale = fresh(name + "_scale"), zero = fresh(name + "_zero");
    std::vector<float> scales;
    for (const float weight_scale : weight_scales) scales.push_back(weight_scale * input_scale);
    std::vector<std::int32_t> values;
    for (std::size_t c = 0; c < bias.size(); ++c)
      values.push_back(
          static_cast<std::int32_t>(std::llround(bias[c] / scales[scales.size() == 1 ? 0 : c])));
    const bool by_channel = weight_scales.size() > 1 || plan_.options.per_channel;
    const Shape shape = by_channel ? Shape{static_cast<std::int64_t>(scales.size())} : Shape{};
    add_weight(
        tensor_of(name, ElementType::int32, {static_cast<std::int64_t>(bias.size())}, values));
    add_weight(tensor_of(scale, ElementType::float32, shape, scales));
    add_weight(
        tensor_of(zero, ElementType::int32, shape, std::vector<std::int32_t>(scales.size(), 0)));
    return dequantize({name, scale, zero},
                      by_channel ? std::optional<std::size_t>(0) : std::nullopt);
  }

  std::string dequantize(std::vector<std::string> inputs, std::optional<std::size_t> axis) {
    const auto output = fresh(inputs[0] + "_dequantized");
    auto node = make_node("DequantizeLinear", std::move(inputs), output);
    if (axis) set_attribute(node, "axis", static_cast<std::int64_t>(*axis));
    result_.graph.nodes.push_back(std::move(node));
    return output;
  }

  // FP32 weights whose layers all read integers now.
  void drop_unread() {
    std::unordered_set<std::string> read;
    for (const auto& node : result_.graph.nodes) {
      read.insert(node.inputs.begin(), node.inputs.end());
      bodies_ = bodies_ || std::ranges::any_of(node.attributes, [](const Attribute& each) {
                  return std::holds_alternative<std::shared_ptr<Graph>>(each.value);
                });
    }
    if (bodies_) return;  // they may read anything by its name
    for (const auto& output : result_.graph.outputs) read.insert(output.name);
    std::erase_if(result_.graph.weights,
                  [&](const Tensor& weight) { return !read.contains(weight.name); });
    std::erase_if(result_.graph.nodes, [&](const Node& node) {
      return node.op == "Constant" && node.domain.empty() && node.outputs.size() == 1 &&
             !read.contains(node.outputs[0]);
    });
  }

  const Graph& source_;
  GraphIndex index_;
  const QuantizePlan& plan_;
  const TensorRanges& ranges_;
  ModelGraph result_;
  bool bodies_ = false;
  std::unordered_set<std::string> taken_;
  std::unordered_map<std::string, Pair> pairs_;
};

}  // namespace

Result<ModelGraph> quantized(const ModelGraph& model, const QuantizePlan& plan,
                             const TensorRanges& ranges) {
  auto result = Rewriter(model, plan, ranges).run();
  if (result) result->metadata.emplace_back("quantized_by", "jetmeter");
  return result;
}

}  // namespace jetmeter
