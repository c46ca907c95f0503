#include "model/onnx_activations.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>

#include "model/onnx_file.h"
#include "model/onnx_shapes.h"

namespace jetmeter {
namespace {

class Tracer {
 public:
  Activations trace(const onnx::GraphProto& graph) {
    learn_sizes(graph);
    add_inputs_and_outputs(graph);
    for (const auto& node : graph.node()) visit(node);
    return std::move(result_);
  }

 private:
  void learn_sizes(const onnx::GraphProto& graph) {
    for (const auto* values : {&graph.input(), &graph.output(), &graph.value_info()})
      for (const auto& value : *values) {
        const auto known = spec_of_value(value);
        sizes_[value.name()] =
            known.ranked ? count_bytes(known.spec.type, known.spec.shape) : std::nullopt;
      }
  }

  // They are the caller's and live throughout; the walk over the nodes passes over their names.
  void add_inputs_and_outputs(const onnx::GraphProto& graph) {
    for (const auto& tensor : graph.initializer()) callers_.insert(tensor.name());
    for (const auto& sparse : graph.sparse_initializer()) callers_.insert(sparse.values().name());
    for (const auto* values : {&graph.input(), &graph.output()})
      for (const auto& value : *values)
        if (callers_.insert(value.name()).second) add_input_or_output(value.name());
  }

  void add_input_or_output(const std::string& name) {
    const auto bytes = sizes_[name];
    if (!bytes) result_.unknown.push_back(name);
    result_.tensors += 1;
    result_.input_output_bytes += bytes.value_or(0);
    result_.largest_input_output_bytes =
        std::max(result_.largest_input_output_bytes, bytes.value_or(0));
  }

  void visit(const onnx::NodeProto& node) {
    ++result_.operators[node.op_type()];
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) walk_body(attribute.g());
      for (const auto& body : attribute.graphs()) walk_body(body);
    }
    for (const auto& name : node.input()) touch(name);
    if (node.op_type() != "Constant")
      for (const auto& name : node.output()) add(name);
    ++step_;
  }

  // One body after the other: the tensors of two branches never live at the same time.
  void walk_body(const onnx::GraphProto& body) {
    learn_sizes(body);
    for (const auto& input : body.input()) add(input.name());
    for (const auto& node : body.node()) visit(node);
    for (const auto& output : body.output()) touch(output.name());
    ++step_;
  }

  void add(const std::string& name) {
    if (name.empty() || callers_.contains(name)) return;
    result_.tensors += 1;
    const auto size = sizes_.find(name);
    if (size == sizes_.end() || !size->second) {
      result_.unknown.push_back(name);
      return;
    }
    index_[name] = result_.written.size();
    result_.written.push_back({*size->second, step_, step_, false});
  }

  void touch(const std::string& name) {
    if (const auto at = index_.find(name); at != index_.end())
      result_.written[at->second].dies = step_;
  }

  Activations result_;
  std::set<std::string> callers_;
  std::unordered_map<std::string, std::optional<std::uint64_t>> sizes_;
  std::unordered_map<std::string, std::size_t> index_;  // in result_.written
  std::uint32_t step_ = 0;
};

}  // namespace

Activations trace_activations(const onnx::GraphProto& graph) {
  return Tracer().trace(graph);
}

}  // namespace jetmeter
