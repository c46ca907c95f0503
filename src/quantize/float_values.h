#pragma once

#include <set>
#include <string>

#include "jetmeter/graph.h"

namespace jetmeter {

// The tensors that flow in float32: what is not told by the file follows from the operators.
// Weights are not among them.
std::set<std::string, std::less<>> float_values(const Graph&);

}  // namespace jetmeter
