#pragma once

#include <functional>
#include <set>
#include <string>

#include "jetmeter/quantize.h"

namespace jetmeter {

// From the layers that are to be quantised to the nodes between them that follow, and to the
// tensors between those: fills integer, tensors, observe, known, like and reads.
void plan_tensors(const Graph&, const GraphIndex&, const std::set<std::string, std::less<>>& floats,
                  QuantizePlan&);

}  // namespace jetmeter
