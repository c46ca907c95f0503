#include "quantize/plan_tensors.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "quantize/layer_weight.h"

namespace jetmeter {
namespace {

template <std::size_t n>
bool one_of(const std::array<std::string_view, n>& ops, const Node& node) {
  return node.domain.empty() && std::ranges::find(ops, node.op) != ops.end();
}

// What ONNX Runtime's CPU computes in integers between the layers (QLinear… and plain kernels).
constexpr std::array<std::string_view, 18> kCarriers{"Add",
                                                     "Mul",
                                                     "Concat",
                                                     "Sigmoid",
                                                     "LeakyRelu",
                                                     "MaxPool",
                                                     "Resize",
                                                     "Reshape",
                                                     "Transpose",
                                                     "Slice",
                                                     "Split",
                                                     "Squeeze",
                                                     "Flatten",
                                                     "Gather",
                                                     "Unsqueeze",
                                                     "AveragePool",
                                                     "GlobalAveragePool",
                                                     "DepthToSpace"};
// Of these, those that only move values or choose among them: their result has the operand's range.
constexpr std::array<std::string_view, 12> kMovers{
    "MaxPool", "Resize",  "Reshape",   "Transpose", "Slice",  "Split",
    "Squeeze", "Flatten", "Unsqueeze", "Gather",    "Expand", "DepthToSpace"};
// Every operand of these is data; of the others only the first.
constexpr std::array<std::string_view, 3> kAllOperands{"Add", "Mul", "Concat"};
// What saturating does by itself: the result of a layer goes through them before it is rounded.
constexpr std::array<std::string_view, 2> kClamps{"Relu", "Clip"};

class TensorPlanner {
 public:
  TensorPlanner(const Graph& graph, const GraphIndex& index,
                const std::set<std::string, std::less<>>& floats, QuantizePlan& plan)
      : graph_(graph), index_(index), floats_(floats), plan_(plan) {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) place_[&graph.nodes[i]] = i;
  }

  void run() {
    plan_.integer.assign(graph_.nodes.size(), false);
    plan_.tensors.clear();
    plan_.observe.clear();
    plan_.known.clear();
    plan_.like.clear();
    plan_.reads.clear();
    plan_.gated.clear();
    for (const auto& layer : plan_.layers)
      if (layer.quantized) plan_.integer[layer.node] = true;
    if (plan_.options.target == QuantizeTarget::onnxruntime)
      plan_for_onnxruntime();
    else
      plan_for_tensorrt();
    order_tensors();
  }

 private:
  std::size_t operands(const Node& node) const {
    return one_of(kAllOperands, node) ? node.inputs.size()
                                      : std::min<std::size_t>(1, node.inputs.size());
  }

  bool integer(const Node* node) const { return node && plan_.integer[place_.at(node)]; }

  // The clamp that a layer's result goes through, and nobody else reads.
  const Node* clamp_of(const Node& layer) const {
    const auto& result = layer.outputs[0];
    const auto readers = index_.consumers(result);
    if (readers.size() != 1 || index_.is_output(result) || !one_of(kClamps, *readers[0]))
      return nullptr;
    return readers[0]->inputs[0] == result ? readers[0] : nullptr;
  }

  void quantize_tensor(const std::string& name) { chosen_.insert(name); }

  void read_behind(std::size_t node, std::size_t input) {
    plan_.reads.insert({node, input});
    quantize_tensor(graph_.nodes[node].inputs[input]);
  }

  // ---- ONNX Runtime: everything between two layers that has an integer kernel ------------------

  bool may_carry(const Node& node) const {
    if (!one_of(kCarriers, node) || node.inputs.empty() || node.outputs.empty()) return false;
    for (std::size_t k = 0; k < operands(node); ++k)
      if (!floats_.contains(node.inputs[k])) return false;
    return true;
  }

  bool feeds_integers(const Node& node) const {
    for (const auto& name : node.outputs)
      for (const auto* reader : index_.consumers(name))
        if (integer(reader) && reads_as_data(*reader, name)) return true;
    return false;
  }

  bool reads_as_data(const Node& reader, const std::string& name) const {
    for (std::size_t k = 0; k < operands(reader); ++k)
      if (reader.inputs[k] == name) return true;
    return false;
  }

  bool comes_from_integers(const Node& node) const {
    for (std::size_t k = 0; k < operands(node); ++k)
      if (gives_integers(node.inputs[k])) return true;
    return false;
  }

  // Written by a node that computes in integers, a clamp behind a layer included.
  bool gives_integers(const std::string& name) const {
    const auto* from = index_.producer(name);
    if (!from) return false;
    if (integer(from)) return true;
    if (!one_of(kClamps, *from)) return false;
    const auto* layer = index_.producer(from->inputs[0]);
    return layer && is_layer(*layer) && integer(layer) && clamp_of(*layer) == from;
  }

  void choose_carriers() {
    for (std::size_t i = graph_.nodes.size(); i-- > 0;)
      if (may_carry(graph_.nodes[i]) && feeds_integers(graph_.nodes[i])) plan_.integer[i] = true;
    // What stands before the first layer has nothing to gain.
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      if (plan_.integer[i] && !is_layer(graph_.nodes[i]) && !comes_from_integers(graph_.nodes[i]))
        plan_.integer[i] = false;
  }

  void plan_for_onnxruntime() {
    choose_carriers();
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const auto& node = graph_.nodes[i];
      if (!plan_.integer[i]) continue;
      for (std::size_t k = 0; k < operands(node); ++k) read_behind(i, k);
      if (is_layer(node) && clamp_of(node))
        quantize_tensor(clamp_of(node)->outputs[0]);
      else
        for (const auto& name : node.outputs)
          if (!name.empty()) quantize_tensor(name);
    }
    // An integer kernel gives integers to all who read it.
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      for (std::size_t k = 0; k < graph_.nodes[i].inputs.size(); ++k) {
        const auto& name = graph_.nodes[i].inputs[k];
        if (chosen_.contains(name) && gives_integers(name)) plan_.reads.insert({i, k});
      }
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      if (plan_.integer[i]) relate_ranges(graph_.nodes[i]);
  }

  void relate_ranges(const Node& node) {
    if (node.op == "Sigmoid") {
      plan_.known[node.outputs[0]] = {0, 1};
      if (gates_itself(node)) plan_.gated.insert(node.inputs[0]);
    }
    if (!one_of(kMovers, node)) return;
    const auto& from = node.inputs[0];
    const auto source = plan_.like.find(from);
    for (const auto& name : node.outputs)
      if (!name.empty()) plan_.like[name] = source == plan_.like.end() ? from : source->second;
  }

  // x -> x * sigmoid(x), and x has no other reader.
  bool gates_itself(const Node& sigmoid) const {
    const auto& x = sigmoid.inputs[0];
    const auto readers = index_.consumers(x);
    const auto gated = index_.consumers(sigmoid.outputs[0]);
    if (readers.size() != 2 || gated.size() != 1 || index_.is_output(x)) return false;
    const auto& mul = *gated[0];
    return mul.op == "Mul" && integer(&mul) && (readers[0] == &mul || readers[1] == &mul);
  }

  // ---- TensorRT: what goes into a layer, and the other branch of a sum -------------------------

  void plan_for_tensorrt() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const auto& node = graph_.nodes[i];
      if (plan_.integer[i]) read_behind(i, 0);
      if (node.op == "Add" && node.domain.empty() && node.inputs.size() == 2) plan_sum(i);
    }
  }

  // It is fused into the layer that writes one operand, when the other comes as integers.
  void plan_sum(std::size_t i) {
    const auto& inputs = graph_.nodes[i].inputs;
    if (!floats_.contains(inputs[0]) || !floats_.contains(inputs[1]) || inputs[0] == inputs[1])
      return;
    for (const std::size_t k : {std::size_t{1}, std::size_t{0}}) {
      const auto* layer = index_.producer(inputs[k]);
      if (!layer || !is_layer(*layer) || !integer(layer)) continue;
      if (index_.consumers(inputs[k]).size() != 1 || index_.is_output(inputs[k])) continue;
      read_behind(i, 1 - k);
      return;
    }
  }

  // In the order in which they are computed, so that the same model gives the same file.
  void order_tensors() {
    const auto take = [&](const std::string& name) {
      if (!chosen_.contains(name) || !taken_.insert(name).second) return;
      plan_.tensors.push_back(name);
      if (!plan_.known.contains(name) && !plan_.like.contains(name)) plan_.observe.push_back(name);
    };
    for (const auto& input : graph_.inputs) take(input.name);
    for (const auto& node : graph_.nodes)
      for (const auto& name : node.outputs) take(name);
  }

  const Graph& graph_;
  const GraphIndex& index_;
  const std::set<std::string, std::less<>>& floats_;
  QuantizePlan& plan_;
  std::map<const Node*, std::size_t> place_;
  std::set<std::string> chosen_, taken_;
};

}  // namespace

void plan_tensors(const Graph& graph, const GraphIndex& index,
                  const std::set<std::string, std::less<>>& floats, QuantizePlan& plan) {
  TensorPlanner(graph, index, floats, plan).run();
}

}  // namespace jetmeter
