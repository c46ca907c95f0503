// Which nodes of one graph compute in 16 bits, and why the others do not.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "convert/element_types.h"
#include "jetmeter/convert.h"

namespace jetmeter {

struct NodePlan {
  bool narrow = false;  // computes in 16 bits
  std::string why;      // of a node with floats that stays as it is and could matter; else empty
};

// What a plan is made from. `weight` finds those of graphs around this one too.
struct PlanRequest {
  const PrecisionOptions& options;
  std::int64_t opset = 0;
  const ElementTypes& types;
  std::function<const Tensor*(const std::string&)> weight;
  std::function<const WeightLoss&(const Tensor&)> loss;
  bool narrow_inputs = false, narrow_outputs = false;  // of the graph itself
};
// By node.
std::vector<NodePlan> plan_precision(const Graph&, const PlanRequest&);

// A node that the user names by its name, by one of its outputs or by its operator.
bool is_meant(const Node&, const std::string& word);

}  // namespace jetmeter
