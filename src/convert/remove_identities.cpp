#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "convert/edit.h"
#include "convert/element_types.h"

namespace jetmeter {
namespace {

// Every number of `from` is one of `to`.
bool holds_all(ElementType from, ElementType to) {
  using enum ElementType;
  switch (from) {
    case float16:
    case bfloat16: return to == float32 || to == float64;
    case float32: return to == float64;
    case int8: return to == int16 || to == int32 || to == int64;
    case uint8: return to == int16 || to == uint16 || to == int32 || to == int64;
    case int16:
    case uint16: return to == int32 || to == int64;
    case int32:
    case uint32: return to == int64;
    default: return false;
  }
}

bool counts_up(const std::vector<std::int64_t>& order) {
  for (std::size_t i = 0; i < order.size(); ++i)
    if (order[i] != static_cast<std::int64_t>(i)) return false;
  return !order.empty();
}

// One turn over the main graph: bodies are read through, not changed.
class Turn {
 public:
  Turn(Graph& graph, const ShapeTable* shapes, std::map<std::string, std::uint64_t>& counts)
      : graph_(graph),
        shapes_(shapes),
        counts_(counts),
        index_(graph),
        types_(element_types(graph)) {}

  // Whether anything changed.
  bool take() {
    for (auto& node : graph_.nodes) {
      if (!node.domain.empty() || node.inputs.empty() || node.outputs.empty()) continue;
      if (changes_nothing(node))
        bypass(node);
      else
        shorten(node);
    }
    rename_reads(graph_, resolved());
    return changed_ || !instead_.empty();
  }

 private:
  ElementType type(const std::string& name) const {
    const auto found = types_.find(name);
    return found == types_.end() ? ElementType::other : found->second;
  }

  bool same_shape(const std::string& a, const std::string& b) const {
    if (shapes_ == nullptr) return false;
    const auto first = shapes_->tensors.find(a), second = shapes_->tensors.find(b);
    return first != shapes_->tensors.end() && second != shapes_->tensors.end() &&
           first->second.shape && first->second.shape == second->second.shape;
  }

  bool is_at_inference(const Node& dropout) const {
    if (dropout.outputs.size() > 1 && !dropout.outputs[1].empty()) return false;
    if (dropout.inputs.size() < 3 || dropout.inputs[2].empty()) return true;
    const auto* training = index_.weight(dropout.inputs[2]);
    if (training == nullptr) return false;
    const auto values = to_integers(*training);
    return values && std::ranges::all_of(*values, [](auto value) { return value == 0; });
  }

  bool changes_nothing(const Node& node) const {
    const auto& in = node.inputs[0];
    if (node.op == "Identity") return true;
    if (node.op == "Dropout") return is_at_inference(node);
    if (node.op == "Cast")
      return type(in) != ElementType::other && int_attribute(node, "to", 0) == to_onnx(type(in));
    if (node.op == "Transpose") return counts_up(ints_attribute(node, "perm"));
    if (node.op == "Concat") return node.inputs.size() == 1;
    if (node.op == "Reshape" || node.op == "Expand") return same_shape(in, node.outputs[0]);
    return false;
  }

  // What reads the node's output reads its input.
  void bypass(Node& node) {
    const auto in = node.inputs[0], out = node.outputs[0];
    if (!index_.is_output(out)) {
      instead_[out] = in;
      ++counts_[node.op];
      return;
    }
    // An output keeps its name, and so what writes the input takes it: where it may, and where
    // nobody else of this turn wants it to.
    const auto* producer = index_.producer(in);
    if (producer == nullptr || index_.is_output(in) || instead_.contains(in) ||
        !renamed_.insert(in).second)
      return;
    for (auto& name : const_cast<Node*>(producer)->outputs)
      if (name == in) name = out;
    node.inputs.clear();
    node.outputs.clear();  // and so it is dead
    instead_[in] = out;
    ++counts_[node.op];
  }

  const Node* producer(const Node& node, std::string_view op) const {
    const auto* before = index_.producer(node.inputs[0]);
    const bool fits =
        before != nullptr && before->op == op && before->domain.empty() && !before->inputs.empty();
    return fits ? before : nullptr;
  }

  // Reads from before the node in front of it, which may then be dead.
  void shorten(Node& node) {
    if (node.op == "Transpose") {
      if (const auto* before = producer(node, "Transpose")) shorten_transpose(node, *before);
    } else if (node.op == "Reshape") {
      if (const auto* before = producer(node, "Reshape"); before && says_whole_shape(node))
        read_from(node, before->inputs[0]);
    } else if (node.op == "Cast") {
      if (const auto* before = producer(node, "Cast");
          before && holds_all(type(before->inputs[0]), type(node.inputs[0])))
        read_from(node, before->inputs[0]);
    }
  }

  void shorten_transpose(Node& node, const Node& before) {
    const auto first = ints_attribute(before, "perm"), second = ints_attribute(node, "perm");
    if (first.empty() || first.size() != second.size()) return;
    std::vector<std::int64_t> both;
    for (const auto axis : second) {
      if (axis < 0 || axis >= std::ssize(first)) return;
      both.push_back(first[static_cast<std::size_t>(axis)]);
    }
    set_attribute(node, "perm", std::move(both));
    read_from(node, before.inputs[0]);
  }

  // A 0 copies an axis of what is read.
  bool says_whole_shape(const Node& node) const {
    if (node.inputs.size() < 2) return false;
    const auto* shape = index_.weight(node.inputs[1]);
    const auto values = shape ? to_integers(*shape) : std::nullopt;
    return values && std::ranges::all_of(*values, [](auto value) { return value != 0; });
  }

  void read_from(Node& node, const std::string& name) {
    ++counts_[fmt::format("{} of a {}", node.op, node.op)];
    node.inputs[0] = name;
    changed_ = true;
  }

  NameMap resolved() const {
    NameMap names;
    for (const auto& [from, first] : instead_) {
      auto to = first;
      for (auto next = instead_.find(to); next != instead_.end(); next = instead_.find(to))
        to = next->second;
      names.emplace(from, to);
    }
    return names;
  }

  Graph& graph_;
  const ShapeTable* shapes_;
  std::map<std::string, std::uint64_t>& counts_;
  const GraphIndex index_;
  const ElementTypes types_;
  NameMap instead_;
  NameSet renamed_;
  bool changed_ = false;
};

}  // namespace

Rewrite remove_identities(ModelGraph model, const ShapeTable* shapes) {
  Rewrite result{std::move(model), {}};
  result.report = begin_report("remove identities", result.model);
  std::map<std::string, std::uint64_t> counts;
  while (Turn(result.model.graph, shapes, counts).take())
    result.model = remove_dead(std::move(result.model)).model;
  for (const auto& [what, count] : counts)
    result.report.done.push_back(fmt::format("{} {}", count, what));
  end_report(result.report, result.model);
  return result;
}

}  // namespace jetmeter
