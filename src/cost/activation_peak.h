// The most that live tensors need at one time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "cost/scope.h"
#include "jetmeter/graph.h"

namespace jetmeter {

struct ActivationPeak {
  std::uint64_t bytes = 0;
  std::size_t node = 0;  // in Graph::nodes; the first one where it is reached
};
// Inputs and outputs live throughout, every other tensor from the node that writes it to the last
// that reads it, bodies included. Absent unless the size of every one is known.
std::optional<ActivationPeak> activation_peak(const Graph&, const ShapeScope&);

// What the bodies of a node read from the graph around them, and its own inputs.
std::vector<std::string> names_read(const Node&);

}  // namespace jetmeter
