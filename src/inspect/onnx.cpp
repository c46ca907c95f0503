#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "inspect/attribute_text.h"
#include "jetmeter/inspect.h"

namespace jetmeter {
namespace {

bool is_constant(const Node& node) {
  return node.op == "Constant" && node.domain.empty();
}

class Inspector {
 public:
  explicit Inspector(const ModelGraph& model) : model_(model), index_(model.graph) {}

  OnnxInspection inspect() {
    count(model_.graph);
    for (const auto& value : model_.graph.values) note_shape(value);
    for (const auto& value : model_.graph.outputs) note_shape(value);
    for (std::size_t i = 0; i < model_.graph.nodes.size(); ++i)
      if (!is_constant(model_.graph.nodes[i])) add_layer(i);
    finish_types();
    finish_largest();
    result_.cannot = model_.lost;
    return std::move(result_);
  }

 private:
  void note_shape(const Value& value) {
    if (value.ranked) shapes_.emplace(value.name, &value.shape);
  }

  // Nodes and weights, bodies included.
  void count(const Graph& graph) {
    for (const auto& weight : graph.weights) add_weight(weight);
    for (const auto& node : graph.nodes) {
      ++result_.nodes;
      ++result_.operators[operator_name(node)];
      for (const auto& attribute : node.attributes) {
        if (const auto* body = std::get_if<std::shared_ptr<Graph>>(&attribute.value))
          count(**body);
        else if (const auto* tensor = std::get_if<Tensor>(&attribute.value))
          add_weight(*tensor, node.outputs.empty() ? std::string() : node.outputs.front());
      }
    }
  }

  void add_weight(const Tensor& tensor, const std::string& carried_by = {}) {
    const auto bytes = tensor.byte_size();
    const auto type = onnx_type_name(tensor.onnx_type);
    auto& sum = types_[type];
    sum.type = type;
    ++sum.tensors;
    sum.elements += tensor.elements();
    sum.bytes += bytes;
    sum.external_bytes += tensor.external ? bytes : 0;
    result_.largest.push_back({carried_by.empty() ? tensor.name : carried_by,
                               type,
                               tensor.shape,
                               tensor.elements(),
                               bytes,
                               tensor.external,
                               {}});
  }

  void add_layer(std::size_t place) {
    const auto& node = model_.graph.nodes[place];
    InspectedLayer layer{place, node.name, operator_name(node), {}, {}, {}, {}, 0};
    for (const auto& input : node.inputs) {
      if (const auto* weight = index_.weight(input)) {
        if (seen_.insert(weight).second) layer.parameters += weight->elements();
      } else if (!input.empty()) {
        layer.inputs.push_back(input);
      }
    }
    for (const auto& output : node.outputs) {
      if (output.empty()) continue;
      layer.outputs.push_back(output);
      const auto found = shapes_.find(output);
      layer.output_shapes.push_back(found == shapes_.end() ? std::nullopt
                                                           : std::optional(*found->second));
    }
    layer.attributes = attributes_in_short(node);
    result_.layers.push_back(std::move(layer));
  }

  void finish_types() {
    for (auto& [type, sum] : types_) {
      result_.weight_tensors += sum.tensors;
      result_.weight_elements += sum.elements;
      result_.weight_bytes += sum.bytes;
      result_.external_bytes += sum.external_bytes;
      result_.types.push_back(std::move(sum));
    }
    std::ranges::stable_sort(result_.types, std::ranges::greater(), &InspectedType::bytes);
  }

  void finish_largest() {
    auto& largest = result_.largest;
    std::ranges::stable_sort(largest, std::ranges::greater(), &InspectedWeight::bytes);
    largest.resize(std::min(largest.size(), kLargestWeights));
    for (auto& weight : largest)
      if (const auto readers = index_.consumers(weight.name); !readers.empty())
        weight.reader = describe(*readers.front());
  }

  const ModelGraph& model_;
  GraphIndex index_;
  OnnxInspection result_;
  std::map<std::string, InspectedType> types_;
  std::unordered_map<std::string_view, const Shape*> shapes_;
  std::unordered_set<const Tensor*> seen_;
};

}  // namespace

OnnxInspection inspect_onnx(const ModelGraph& model) {
  return Inspector(model).inspect();
}

}  // namespace jetmeter
