// What one node of known shapes costs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "cost/scope.h"
#include "jetmeter/cost.h"
#include "jetmeter/graph.h"

namespace jetmeter {

// The weights of a graph and of those around it by name; Constant nodes among them.
class NamedWeights {
 public:
  explicit NamedWeights(const Graph&, const NamedWeights* around = nullptr);
  const Tensor* find(const std::string& name) const;
  bool is_initialiser(const std::string& name) const;

 private:
  const NamedWeights* around_;
  struct Entry {
    const Tensor* tensor;
    bool initialiser;
  };
  std::unordered_map<std::string, Entry> entries_;
};

// Whether what the node reads at this place was learned: neither a scale, a shape or another
// argument, nor a scalar of an elementwise operator, nor a constant that it does not multiply by.
bool reads_parameters(const Node&, std::size_t input, const NamedWeights&);
// Elements of a tensor of floats or of quantised numbers; 0 of any other.
std::uint64_t parameters_in(const Tensor&);

struct NodeCost {
  std::optional<std::uint64_t> flops, other_flops, read_bytes, write_bytes;
  std::string why;                              // one of them is absent
  bool impossible = false;                      // a body that contradicts itself: no run gets there
  std::optional<std::uint64_t> body_bytes = 0;  // ModelCost's peak_body_bytes, of this node
};
// REQUIRES: no If. Of a node that the table of operators does not have, nothing but why.
NodeCost cost_of(const Node&, std::int64_t opset, const ShapeScope&, const NamedWeights&);

}  // namespace jetmeter
