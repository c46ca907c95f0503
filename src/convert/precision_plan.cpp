#include "convert/precision_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "convert/edit.h"
#include "convert/half_weights.h"
#include "convert/sixteen_bit_rules.h"

namespace jetmeter {
namespace {

// Data show a part of what a model will meet: what comes within a factor of two of the end stays.
constexpr float kMargin = 2;
// Rounding to 16 bits costs any number up to half a unit in its last place: 2^-11 of it as float16,
// 2^-8 as bfloat16. A weight that loses four times that has lost numbers, not digits.
double most_weight_error(ElementType type) {
  return type == ElementType::float16 ? 0x1p-9 : 0x1p-6;
}

class Planner {
 public:
  Planner(const Graph& graph, const PlanRequest& request)
      : graph_(graph), request_(request), plan_(graph.nodes.size()) {}

  std::vector<NodePlan> plan() {
    for (std::size_t i = 0; i < plan_.size(); ++i) {
      const auto& node = graph_.nodes[i];
      if (!has_floats(node) || has_body(node)) continue;
      if (auto why = reason(node))
        plan_[i].why = *std::move(why);
      else
        plan_[i].narrow = true;
    }
    leave_movers();
    return std::move(plan_);
  }

 private:
  bool is_float(const std::string& name) const {
    const auto found = request_.types.find(name);
    return found != request_.types.end() && found->second == ElementType::float32;
  }
  bool has_float_output(const Node& node) const {
    return std::ranges::any_of(node.outputs, [&](const auto& each) { return is_float(each); });
  }
  bool has_floats(const Node& node) const {
    if (has_float_output(node)) return true;
    return !reads_any_float(node) &&
           std::ranges::any_of(node.inputs, [&](const auto& each) { return is_float(each); });
  }
  static bool has_body(const Node& node) {
    bool found = false;
    for_each_body(node, [&](const Graph&) { found = true; });
    return found;
  }

  std::optional<std::string> reason(const Node& node) const {
    for (const auto& word : request_.options.keep)
      if (is_meant(node, word)) return fmt::format("--keep {}", word);
    if (auto why = reason_to_stay(node, request_.options.type, request_.opset)) return why;
    for (const auto& name : node.outputs)
      if (!name.empty() && !request_.types.contains(name))
        return "which type it gives is not known";
    if (auto why = reason_of_range(node)) return why;
    return reason_of_weights(node);
  }

  std::optional<std::string> reason_of_range(const Node& node) const {
    if (request_.options.ranges == nullptr) return std::nullopt;
    for (const auto* names : {&node.outputs, &node.inputs})
      for (const auto& name : *names)
        if (is_float(name))
          if (auto why = reason_of_range(name)) return why;
    return std::nullopt;
  }

  std::optional<std::string> reason_of_range(const std::string& name) const {
    const auto& ranges = *request_.options.ranges;
    const auto found = ranges.find(name);
    if (found == ranges.end() || request_.options.type != ElementType::float16) return std::nullopt;
    const float most = std::max(std::abs(found->second.low), std::abs(found->second.high));
    const float end = largest_of(ElementType::float16);
    if (most > end / kMargin)
      return fmt::format("{} reaches {:.3g}; float16 ends at {:.0f}", in_quotes(name), most, end);
    if (most > 0 && most < 0x1p-14F)
      return fmt::format("{} stays below {:.1e}, where float16 has few bits left", in_quotes(name),
                         0x1p-14);
    return std::nullopt;
  }

  std::optional<std::string> reason_of_weights(const Node& node) const {
    if (may_saturate(node)) return std::nullopt;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const auto* weight = input_stays(node, i) ? nullptr : request_.weight(node.inputs[i]);
      if (weight == nullptr || weight->type != ElementType::float32) continue;
      const auto& loss = request_.loss(*weight);
      if (loss.overflown > 0)
        return fmt::format("the weight {} has {} of {} numbers beyond {:.4g}",
                           in_quotes(weight->name), loss.overflown, loss.elements,
                           largest_of(request_.options.type));
      if (loss.relative_error > most_weight_error(request_.options.type))
        return fmt::format("the weight {} would change by {:.1g} %, {} of {} numbers to 0",
                           in_quotes(weight->name), 100 * loss.relative_error, loss.lost,
                           loss.elements);
    }
    return std::nullopt;
  }

  static bool is_mover(const Node& node) {
    return only_moves(node) || node.op == "Cast" || node.op == "ConstantOfShape";
  }

  // What only moves numbers is not worth a Cast before it and one behind it.
  void leave_movers() {
    NameSet wanted;  // in 16 bits
    if (request_.narrow_outputs)
      for (const auto& output : graph_.outputs) wanted.insert(output.name);
    const auto wants = [&](const Node& node) {
      return std::ranges::any_of(node.outputs, [&](const auto& o) { return wanted.contains(o); });
    };
    for (std::size_t i = plan_.size(); i-- > 0;) {
      const auto& node = graph_.nodes[i];
      if (plan_[i].narrow && (!is_mover(node) || wants(node)))
        wanted.insert(node.inputs.begin(), node.inputs.end());
    }
    NameSet narrow;
    if (request_.narrow_inputs)
      for (const auto& input : graph_.inputs) narrow.insert(input.name);
    for (std::size_t i = 0; i < plan_.size(); ++i) {
      const auto& node = graph_.nodes[i];
      if (!plan_[i].narrow) continue;
      const bool reads_narrow =
          std::ranges::any_of(node.inputs, [&](const auto& n) { return narrow.contains(n); });
      if (is_mover(node) && !reads_narrow && !wants(node))
        plan_[i].narrow = false;
      else
        narrow.insert(node.outputs.begin(), node.outputs.end());
    }
  }

  const Graph& graph_;
  const PlanRequest& request_;
  std::vector<NodePlan> plan_;
};

}  // namespace

bool is_meant(const Node& node, const std::string& word) {
  return (!node.name.empty() && node.name == word) || operator_name(node) == word ||
         std::ranges::find(node.outputs, word) != node.outputs.end();
}

std::vector<NodePlan> plan_precision(const Graph& graph, const PlanRequest& request) {
  return Planner(graph, request).plan();
}

}  // namespace jetmeter
