// Follows a graph node by node and learns the shape of every tensor on the way.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cost/open_axes.h"
#include "cost/scope.h"
#include "jetmeter/cost.h"
#include "jetmeter/graph.h"

namespace jetmeter {

// What a weight or a constant tells; its values only where shapes may hang on them, so that the
// pages of large ones are never touched.
TensorFact fact_of(const Tensor&);
// Of a Constant node, whichever attribute it has.
Inferred<TensorFact> constant_fact(const Node&);
// The facts of the node's inputs, null for those left out.
std::vector<const TensorFact*> facts_of(const Node&, const ShapeScope&);

// Of the standard domain; 13 where the file does not say.
std::int64_t opset_of(const ModelGraph&);

class Propagation {
 public:
  Propagation(std::int64_t opset, NamedAxes axes) : opset_(opset), axes_(std::move(axes)) {}

  // REQUIRES: the graph's inputs are in the scope. Fails on a contradiction, in a sentence.
  Result<void> follow(const Graph&, ShapeScope&);
  // Nodes of the graph that was followed last whose outputs have no shape.
  std::vector<UnknownNode> take_unknown() { return std::move(unknown_); }

 private:
  Inferred<Outputs> infer(const Node&, const ShapeScope&);
  Inferred<Outputs> infer_branches(const Node&, const ShapeScope&);
  Inferred<Outputs> infer_body(const Graph&, const ShapeScope&);
  void learn_constants(const Graph&, ShapeScope&);
  void keep(const Node&, Outputs, ShapeScope&);
  void give_up(const Node&, const std::string& why, ShapeScope&);
  void count_values(TensorFact&);

  std::int64_t opset_;
  NamedAxes axes_;
  std::vector<UnknownNode> unknown_;
  std::unordered_map<std::string, const Value*> declared_;
  int depth_ = 0;
  // Values of small tensors that may still be kept: hostile files have many.
  std::int64_t values_left_ = std::int64_t{1} << 22;
};

}  // namespace jetmeter
