#include "model/onnx_plan.h"

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/liveness.h"
#include "model/onnx_activations.h"
#include "model/onnx_file.h"
#include "model/onnx_operators.h"
#include "model/onnx_order.h"
#include "model/onnx_shapes.h"

namespace jetmeter {
namespace {

constexpr auto kNone = std::numeric_limits<std::size_t>::max();

struct Extents {
  std::size_t element = 0;
  Shape shape;
  friend bool operator==(const Extents&, const Extents&) = default;
};

struct Value {
  bool constant = false;
  bool callers = false;  // an input or an output of the graph
  std::size_t buffer = kNone;
  std::int64_t reads_left = 0;
};

struct Buffer {
  Extents extents;
  std::int64_t reads_left = 0;  // of all values in it
};

bool has_body(const onnx::NodeProto& node) {
  return std::any_of(node.attribute().begin(), node.attribute().end(), [](const auto& attribute) {
    return attribute.has_g() || attribute.graphs_size() > 0;
  });
}

class Planner {
 public:
  std::vector<Activation> plan(const onnx::GraphProto& graph) {
    learn(graph);
    count_reads(graph);
    for (const int index : execution_order(graph)) visit(graph.node(index));
    return std::move(plan_);
  }

 private:
  void learn(const onnx::GraphProto& graph) {
    for (const auto* values : {&graph.input(), &graph.output(), &graph.value_info()})
      for (const auto& value : *values) {
        const auto known = spec_of_value(value);
        if (known.ranked && count_bytes(known.spec.type, known.spec.shape))
          extents_[value.name()] = Extents{element_bytes(known.spec.type), known.spec.shape};
      }
    for (const auto* values : {&graph.input(), &graph.output()})
      for (const auto& value : *values) values_[value.name()].callers = true;
    for (const auto& tensor : graph.initializer()) {
      values_[tensor.name()].constant = true;
      extents_[tensor.name()] = Extents{element_bytes(from_onnx(tensor.data_type())),
                                        Shape(tensor.dims().begin(), tensor.dims().end())};
    }
    for (const auto& sparse : graph.sparse_initializer())
      values_[sparse.values().name()].constant = true;
  }

  void count_reads(const onnx::GraphProto& graph) {
    for (const auto& node : graph.node()) {
      for (const auto& name : node.input()) ++values_[name].reads_left;
      for (const auto& attribute : node.attribute()) {
        if (attribute.has_g()) count_reads(attribute.g());
        for (const auto& body : attribute.graphs()) count_reads(body);
      }
    }
  }

  void visit(const onnx::NodeProto& node) {
    if (folds(node)) {
      for (const auto& name : node.output()) values_[name].constant = true;
      for (const auto& name : node.input()) --values_[name].reads_left;
      return;
    }
    add_workspace(node);
    for (int i = 0; i < node.output_size(); ++i)
      if (!node.output(i).empty()) define(node, i);
    read_inputs(node);
    for (const auto& name : node.output()) release_if_unread(values_[name].buffer);
    ++step_;
  }

  bool folds(const onnx::NodeProto& node) const {
    if (node.op_type() == "Constant") return true;
    if (node.input_size() == 0 || is_random(node.op_type()) || has_body(node)) return false;
    if (node.op_type() == "Shape") return extents_.contains(node.input(0));
    return std::all_of(node.input().begin(), node.input().end(), [&](const auto& name) {
      const auto value = values_.find(name);
      return name.empty() || (value != values_.end() && value->second.constant);
    });
  }

  void define(const onnx::NodeProto& node, int output) {
    auto& value = values_[node.output(output)];
    const auto extents = extents_.find(node.output(output));
    if (value.callers || extents == extents_.end()) return;
    value.buffer = output == 0 ? buffer_of_an_input(node, extents->second) : kNone;
    if (value.buffer == kNone) value.buffer = take_free(extents->second);
    if (value.buffer == kNone) value.buffer = new_buffer(extents->second);
    buffers_[value.buffer].reads_left += value.reads_left;
    plan_[value.buffer].dies = step_;
  }

  std::size_t buffer_of_an_input(const onnx::NodeProto& node, const Extents& wanted) const {
    const bool renames = only_renames(node.op_type());
    if (!renames && !works_in_place(node.op_type())) return kNone;
    for (const auto& name : node.input()) {
      const auto value = values_.find(name);
      if (value == values_.end() || value->second.buffer == kNone) {
        if (renames) return kNone;
        continue;
      }
      const auto& buffer = buffers_[value->second.buffer];
      if (renames) return value->second.buffer;
      // Exactly this reading is left: nobody else will look at what it overwrites.
      const auto own = std::count(node.input().begin(), node.input().end(), name);
      if (buffer.reads_left == own && buffer.extents == wanted) return value->second.buffer;
    }
    return kNone;
  }

  std::size_t take_free(const Extents& wanted) {
    for (auto at = free_.rbegin(); at != free_.rend(); ++at)
      if (buffers_[*at].extents == wanted) {
        const auto buffer = *at;
        free_.erase(std::next(at).base());
        return buffer;
      }
    return kNone;
  }

  std::size_t new_buffer(const Extents& extents) {
    const auto bytes = count_elements(extents.shape).value_or(0) * extents.element;
    plan_.push_back({bytes, step_, step_, false});
    buffers_.push_back({extents, 0});
    return buffers_.size() - 1;
  }

  void read_inputs(const onnx::NodeProto& node) {
    for (const auto& name : node.input()) read(name);
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) read_body(attribute.g());
      for (const auto& body : attribute.graphs()) read_body(body);
    }
  }
  void read_body(const onnx::GraphProto& body) {
    for (const auto& node : body.node()) read_inputs(node);
  }

  void read(const std::string& name) {
    auto& value = values_[name];
    --value.reads_left;
    if (value.buffer == kNone) return;
    plan_[value.buffer].dies = step_;
    --buffers_[value.buffer].reads_left;
    release_if_unread(value.buffer);
  }

  void release_if_unread(std::size_t buffer) {
    if (buffer == kNone || buffers_[buffer].reads_left > 0) return;
    if (std::find(free_.begin(), free_.end(), buffer) == free_.end()) free_.push_back(buffer);
  }

  // What a node needs beside its inputs and outputs while it runs.
  void add_workspace(const onnx::NodeProto& node) {
    const auto bytes = std::max(bytes_of_bodies(node), bytes_of_columns(node));
    if (bytes == 0) return;
    plan_.push_back({bytes, step_, step_, true});
    buffers_.push_back({{}, 1});  // never free: no tensor moves in
  }

  static std::uint64_t bytes_of_bodies(const onnx::NodeProto& node) {
    std::uint64_t bytes = 0;
    const auto add = [&](const onnx::GraphProto& body) {
      bytes = std::max(bytes, peak_bytes_alive(trace_activations(body).written));
    };
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) add(attribute.g());
      for (const auto& body : attribute.graphs()) add(body);
    }
    return bytes;
  }

  // Convolutions of integers unroll their input: for each place of the output one column with every
  // byte that the kernel covers there (conv_integer.cc). Kernels of one place read it as it is.
  std::uint64_t bytes_of_columns(const onnx::NodeProto& node) const {
    const bool quantised = node.op_type() == "QLinearConv";
    if (node.op_type() != "ConvInteger" && !quantised) return 0;
    const auto kernel = extents_.find(node.input_size() > 3 && quantised ? node.input(3)
                                      : node.input_size() > 1            ? node.input(1)
                                                                         : std::string());
    const auto out = extents_.find(node.output(0));
    if (kernel == extents_.end() || out == extents_.end()) return 0;
    const auto& covered = kernel->second.shape;
    if (covered.size() < 3 || out->second.shape.size() < 3) return 0;
    if (count_elements(std::span(covered).subspan(2)) == 1U) return 0;
    return count_elements(std::span(covered).subspan(1)).value_or(0) *
           count_elements(std::span(out->second.shape).subspan(2)).value_or(0);
  }

  std::vector<Activation> plan_;
  std::vector<Buffer> buffers_;    // parallel to plan_
  std::vector<std::size_t> free_;  // the one that fell free last at the end
  std::unordered_map<std::string, Value> values_;
  std::unordered_map<std::string, Extents> extents_;
  std::uint32_t step_ = 0;
};

}  // namespace

std::vector<Activation> plan_buffers(const onnx::GraphProto& graph) {
  return Planner().plan(graph);
}

}  // namespace jetmeter
