#include "quantize/raise_opset.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace jetmeter {
namespace {

constexpr std::int64_t kLeastOpset = 11, kWantedOpset = 13;

void remove_attribute(Node& node, std::string_view name) {
  std::erase_if(node.attributes, [&](const Attribute& each) { return each.name == name; });
}

class Raiser {
 public:
  explicit Raiser(Graph& graph) : graph_(graph) {
    for (const auto& value : graph.values) remember_rank(value);
    for (const auto& value : graph.inputs) remember_rank(value);
    for (const auto& value : graph.outputs) remember_rank(value);
    for (const auto& weight : graph.weights) taken_.insert(weight.name);
    for (const auto& node : graph.nodes) taken_.insert(node.outputs.begin(), node.outputs.end());
  }

  Result<void> run() {
    std::vector<Node> raised;
    for (auto& node : graph_.nodes) {
      for (const auto& each : node.attributes)
        if (std::holds_alternative<std::shared_ptr<Graph>>(each.value))
          return fail(
              fmt::format("{} has a body of its own, which opset 11 and 12 are not rewritten "
                          "in; export the model with opset 13 or newer",
                          describe(node)));
      if (node.domain.empty())
        raise(std::move(node), raised);
      else
        raised.push_back(std::move(node));
    }
    graph_.nodes = std::move(raised);
    return {};
  }

 private:
  void remember_rank(const Value& value) {
    if (value.ranked) ranks_[value.name] = static_cast<std::int64_t>(value.shape.size());
  }

  std::string fresh(const std::string& wish) {
    std::string name = wish;
    for (int i = 1; !taken_.insert(name).second; ++i) name = fmt::format("{}_{}", wish, i);
    return name;
  }

  void raise(Node node, std::vector<Node>& out) {
    const bool softmax = node.op == "Softmax" || node.op == "LogSoftmax" || node.op == "Hardmax";
    if (softmax && !node.inputs.empty() && !node.outputs.empty())
      return raise_softmax(std::move(node), out);
    if (node.op == "Squeeze" || node.op == "Unsqueeze" || node.op == "ReduceSum")
      attribute_to_input(node, "axes");
    if (node.op == "Split") attribute_to_input(node, "split");
    if (node.op == "Dropout") remove_attribute(node, "ratio");  // of training; an input by now
    out.push_back(std::move(node));
  }

  void attribute_to_input(Node& node, const char* attribute_name) {
    const auto values = ints_attribute(node, attribute_name);
    if (values.empty() || node.inputs.empty() || node.outputs.empty()) return;
    remove_attribute(node, attribute_name);
    const auto name = fresh(fmt::format("{}/{}", node.outputs[0], attribute_name));
    graph_.weights.push_back(
        int64_tensor(name, {static_cast<std::int64_t>(values.size())}, values));
    node.inputs.resize(1);
    node.inputs.push_back(name);
  }

  // Before opset 13 it normalised over all axes from this one on, which for the last is the same.
  void raise_softmax(Node node, std::vector<Node>& out) {
    const auto axis = int_attribute(node, "axis", 1);
    const auto rank = ranks_.find(node.inputs[0]);
    const bool last = axis == -1 || (rank != ranks_.end() && axis == rank->second - 1);
    if (last) {
      set_attribute(node, "axis", std::int64_t{-1});
      out.push_back(std::move(node));
      return;
    }
    const auto data = node.inputs[0], result = node.outputs[0];
    const auto shape = fresh(result + "/shape"), flat = fresh(result + "/flat");
    const auto normalised = fresh(result + "/normalised");
    out.push_back({"Shape", "", shape, {data}, {shape}, {}});
    out.push_back({"Flatten", "", flat, {data}, {flat}, {{"axis", axis}}});
    set_attribute(node, "axis", std::int64_t{-1});
    node.inputs[0] = flat;
    node.outputs[0] = normalised;
    out.push_back(std::move(node));
    out.push_back({"Reshape", "", result, {normalised, shape}, {result}, {}});
  }

  Graph& graph_;
  std::map<std::string, std::int64_t> ranks_;
  std::set<std::string> taken_;
};

}  // namespace

Result<void> raise_opset_to_13(ModelGraph& model) {
  auto& opset = model.opsets[""];
  if (opset >= kWantedOpset) return {};
  if (opset < kLeastOpset)
    return fail(
        fmt::format("the model has opset {}; quantising needs {} or newer, so export it anew",
                    opset, kLeastOpset));
  if (auto raised = Raiser(model.graph).run(); !raised) return raised;
  opset = kWantedOpset;
  model.ir_version = std::max<std::int64_t>(model.ir_version, 7);
  return {};
}

}  // namespace jetmeter
