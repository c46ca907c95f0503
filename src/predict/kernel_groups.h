// Which nodes of a graph become one kernel. Pure.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "jetmeter/cost.h"
#include "jetmeter/graph.h"
#include "jetmeter/predict.h"
#include "predict/op_roles.h"

namespace jetmeter {

struct KernelGroup {
  OpRole role = OpRole::copy;              // of the first node
  std::vector<std::size_t> nodes;          // in Graph::nodes
  std::unordered_set<std::string> values;  // that its nodes write
  std::unordered_set<std::string> reads;   // tensors from elsewhere; weights are not among them
  bool quantized = false;                  // reads what was quantised
  int operands = 0;                        // tensors that it took up behind its first node
};

struct KernelGroups {
  std::vector<KernelGroup> groups;
  std::size_t free_layers = 0;
  // What is read by other groups, or leaves the graph.
  std::unordered_set<std::string> escaping;
  // Made of weights alone before anything runs; and shapes.
  std::unordered_set<std::string> folded;
};

KernelGroups group_kernels(const ModelGraph&, const ShapeTable&, const FusionRules&);

}  // namespace jetmeter
