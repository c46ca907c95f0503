// The element type of every tensor of a graph, from what the file says of inputs and weights and
// from what operators make of types. No shapes are needed for it.
#pragma once

#include <string>
#include <unordered_map>

#include "jetmeter/graph.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// Those that are known, and not `other`.
using ElementTypes = std::unordered_map<std::string, ElementType>;

// `outer`: of the graph around a body; what it knows is in the answer too.
ElementTypes element_types(const Graph&, const ElementTypes& outer = {});

}  // namespace jetmeter
