#include "predict/kernel_groups.h"

#include <algorithm>
#include <array>
#include <optional>

namespace jetmeter {
namespace {

constexpr std::size_t kNoGroup = static_cast<std::size_t>(-1);
// The longest chain that leads from a tensor back to an operator that reads it as well: the erf
// form of GELU has five operators.
constexpr int kLongestDetour = 8;

bool one_of(std::string_view op, std::initializer_list<std::string_view> ops) {
  return std::ranges::find(ops, op) != ops.end();
}

// Of control flow: what a body reads from around it is not among the node's inputs.
bool has_body(const Node& node) {
  return std::ranges::any_of(node.attributes, [](const Attribute& each) {
    return std::holds_alternative<std::shared_ptr<Graph>>(each.value);
  });
}

// An input of a node that is computed: where its bytes were written, and by whom.
struct Operand {
  std::string name;   // as the node has it
  std::string value;  // the tensor whose bytes they are
  std::size_t group = kNoGroup;
};

class Grouper {
 public:
  Grouper(const ModelGraph& model, const ShapeTable& shapes, const FusionRules& rules)
      : graph_(model.graph), index_(model.graph), shapes_(shapes), rules_(rules) {}

  KernelGroups run() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) place(i);
    for (const auto& output : graph_.outputs) escape(value_of(output.name));
    return std::move(result_);
  }

 private:
  std::string value_of(const std::string& name) const {
    const auto found = same_.find(name);
    return found == same_.end() ? name : found->second;
  }
  std::size_t group_of(const std::string& value) const {
    const auto found = group_of_.find(value);
    return found == group_of_.end() ? kNoGroup : found->second;
  }
  void escape(const std::string& value) { result_.escaping.insert(value); }

  bool is_constant(const std::string& name) const {
    return name.empty() || result_.folded.count(name) > 0 || index_.weight(name) != nullptr;
  }

  std::optional<double> elements(const std::string& name) const {
    const auto* tensor = shapes_.find(name);
    if (tensor == nullptr || !tensor->shape) return std::nullopt;
    const auto count = count_of(*tensor->shape);
    return count ? std::optional(static_cast<double>(*count)) : std::nullopt;
  }

  std::vector<Operand> operands_of(const Node& node) const {
    std::vector<Operand> operands;
    for (const auto& name : node.inputs) {
      if (is_constant(name)) continue;
      const auto value = value_of(name);
      if (std::ranges::none_of(operands, [&](const auto& o) { return o.value == value; }))
        operands.push_back({name, value, group_of(value)});
    }
    return operands;
  }

  // Known before anything runs: made of weights, or a shape.
  bool folds(const Node& node) const {
    if (one_of(node.op, {"Shape", "Size"})) return true;
    const bool values_known = std::ranges::all_of(node.outputs, [&](const auto& name) {
      const auto* tensor = shapes_.find(name);
      return name.empty() || (tensor != nullptr && tensor->integers);
    });
    if (values_known && !node.outputs.empty()) return true;
    if (has_body(node)) return false;
    const auto random = node.op.rfind("Random", 0) == 0;
    return !random &&
           std::ranges::all_of(node.inputs, [&](const auto& name) { return is_constant(name); });
  }

  // Q and DQ say how a kernel computes; they are none themselves where a kernel between them does.
  bool only_renames(const Node& node, OpRole role) const {
    if (role == OpRole::free) return true;
    if (rules_.pointwise_chains)
      return one_of(node.op, {"Cast", "QuantizeLinear", "DequantizeLinear"});
    if (node.op == "QuantizeLinear") {
      const auto* writer = index_.producer(node.inputs.front());
      return writer != nullptr && std::ranges::any_of(writer->inputs, [&](const auto& name) {
               const auto* source = index_.producer(name);
               return source != nullptr && source->op == "DequantizeLinear";
             });
    }
    return node.op == "DequantizeLinear" && feeds_quantized(node);
  }

  // All that read what it writes compute on 8 bits: products, and what is quantised again.
  bool feeds_quantized(const Node& node) const {
    const auto readers = index_.consumers(node.outputs.front());
    return !readers.empty() && std::ranges::all_of(readers, [&](const Node* reader) {
      if (role_of(*reader) == OpRole::product) return true;
      const auto next = index_.consumers(reader->outputs.front());
      return !next.empty() &&
             std::ranges::all_of(next, [](const Node* n) { return n->op == "QuantizeLinear"; });
    });
  }

  void place(std::size_t i) {
    const auto& node = graph_.nodes[i];
    const auto role = role_of(node);
    if (folds(node)) {
      for (const auto& name : node.outputs) result_.folded.insert(name);
      ++result_.free_layers;
    } else if (only_renames(node, role)) {
      rename(node);
    } else if (role == OpRole::view && rules_.views_are_free) {
      look_into(node);
    } else {
      compute(i, node, role);
    }
  }

  void rename(const Node& node) {
    ++result_.free_layers;
    const auto operands = operands_of(node);
    if (operands.empty()) return;
    for (const auto& name : node.outputs) same_[name] = operands.front().value;
    if (node.op == "DequantizeLinear") quantized_.insert(node.outputs.front());
  }

  // The parts are read where the whole was written.
  void look_into(const Node& node) {
    ++result_.free_layers;
    for (const auto& operand : operands_of(node)) {
      escape(operand.value);
      for (const auto& name : node.outputs) group_of_[name] = operand.group;
    }
  }

  void compute(std::size_t i, const Node& node, OpRole role) {
    const auto operands = operands_of(node);
    auto target = kNoGroup;
    for (const auto& operand : operands)
      if (operand.group != kNoGroup && (target == kNoGroup || operand.group > target))
        target = operand.group;
    if (target == kNoGroup || !joins(node, role, operands, target)) {
      target = result_.groups.size();
      result_.groups.push_back({.role = role});
    } else if (brings_another(operands, target)) {
      ++result_.groups[target].operands;
    }
    add(i, node, operands, target);
  }

  void add(std::size_t i, const Node& node, const std::vector<Operand>& operands,
           std::size_t target) {
    auto& group = result_.groups[target];
    group.nodes.push_back(i);
    for (const auto& operand : operands) {
      if (group.values.count(operand.value) > 0) continue;
      group.reads.insert(operand.value);
      escape(operand.value);
    }
    for (const auto& name : node.inputs)
      if (quantized_.count(name) > 0) group.quantized = true;
    for (const auto& name : node.outputs) {
      if (name.empty()) continue;
      group.values.insert(name);
      group_of_[name] = target;
    }
  }

  bool brings_another(const std::vector<Operand>& operands, std::size_t target) const {
    const auto& group = result_.groups[target];
    return std::ranges::any_of(operands, [&](const auto& operand) {
      return group.values.count(operand.value) == 0 && group.reads.count(operand.value) == 0;
    });
  }

  // Nothing but what the group already reads or has computed.
  bool closed(const std::vector<Operand>& operands, const KernelGroup& group) const {
    return std::ranges::all_of(operands, [&](const auto& operand) {
      return group.values.count(operand.value) > 0 || group.reads.count(operand.value) > 0;
    });
  }

  bool joins(const Node& node, OpRole role, const std::vector<Operand>& operands,
             std::size_t target) const {
    const auto& group = result_.groups[target];
    const auto inside = std::ranges::find_if(
        operands, [&](const auto& operand) { return group.values.count(operand.value) > 0; });
    if (inside == operands.end()) return false;
    if (group.role == OpRole::reduction)
      return continues_normalisation(node, role, operands, group);
    if (role != OpRole::pointwise) return false;
    if (elements(node.outputs.front()) != elements(inside->value)) return false;
    if (group.role == OpRole::product) return follows_product(node, *inside, operands, target);
    if (group.role != OpRole::pointwise) return false;
    if (rules_.pointwise_chains) return only_reader(node, *inside, true);
    return completes_pattern(node, operands, group);
  }

  bool continues_normalisation(const Node& node, OpRole role, const std::vector<Operand>& operands,
                               const KernelGroup& group) const {
    const auto& first = graph_.nodes[group.nodes.front()].op;
    if (first != "ReduceMean" || !closed(operands, group)) return false;
    return (role == OpRole::reduction && node.op == "ReduceMean") ||
           one_of(node.op, {"Sub", "Pow", "Mul", "Add", "Sqrt", "Div", "Cast", "Reciprocal"});
  }

  bool follows_product(const Node& node, const Operand& inside,
                       const std::vector<Operand>& operands, std::size_t target) const {
    const auto& group = result_.groups[target];
    const bool another = brings_another(operands, target);
    if (another && group.operands > 0) return false;
    if (rules_.pointwise_into_products) return only_reader(node, inside, true);
    if (!only_reader(node, inside, false)) return false;
    const auto& last = graph_.nodes[group.nodes.back()];
    if (node.op == "Add") return group.nodes.size() == 1;
    return is_activation(node.op) && !another && (group.nodes.size() == 1 || last.op == "Add");
  }

  bool completes_pattern(const Node& node, const std::vector<Operand>& operands,
                         const KernelGroup& group) const {
    if (!closed(operands, group)) return false;
    const auto& first = graph_.nodes[group.nodes.front()].op;
    const bool has_erf = std::ranges::any_of(
        group.nodes, [&](std::size_t i) { return graph_.nodes[i].op == "Erf"; });
    if (has_erf) return one_of(node.op, {"Add", "Mul"});
    if (node.op == "Erf") return one_of(first, {"Div", "Mul"});
    return one_of(first, {"Sigmoid", "HardSigmoid"}) && node.op == "Mul" && group.nodes.size() == 1;
  }

  // Whether nobody but `node` needs the tensor; with `detours`, others may that come behind it in
  // the same chain: the product of SiLU reads what its sigmoid reads.
  bool only_reader(const Node& node, const Operand& operand, bool detours) const {
    if (index_.is_output(operand.name) || index_.is_output(operand.value)) return false;
    if (operand.name != operand.value && index_.consumers(operand.value).size() > 1) return false;
    std::vector<const Node*> others;
    for (const auto* reader : index_.consumers(operand.name))
      if (reader != &node) others.push_back(reader);
    if (others.empty()) return true;
    // It may be the last of those that read it, when the others are in the group already.
    const auto group = group_of(operand.value);
    std::erase_if(others, [&](const Node* other) {
      return group_of(value_of(other->outputs.front())) == group;
    });
    return others.empty() || (detours && chain_reaches(node, others));
  }

  bool chain_reaches(const Node& node, std::vector<const Node*> others) const {
    const auto* at = &node;
    for (int step = 0; step < kLongestDetour; ++step) {
      const auto readers = index_.consumers(at->outputs.front());
      if (readers.size() != 1 || role_of(*readers.front()) != OpRole::pointwise) return false;
      at = readers.front();
      std::erase(others, at);
      if (others.empty()) return true;
    }
    return false;
  }

  const Graph& graph_;
  const GraphIndex index_;
  const ShapeTable& shapes_;
  const FusionRules rules_;
  KernelGroups result_;
  std::unordered_map<std::string, std::string> same_;  // tensors with the bytes of another
  std::unordered_map<std::string, std::size_t> group_of_;
  std::unordered_set<std::string> quantized_;
};

}  // namespace

KernelGroups group_kernels(const ModelGraph& model, const ShapeTable& shapes,
                           const FusionRules& rules) {
  return Grouper(model, shapes, rules).run();
}

}  // namespace jetmeter
