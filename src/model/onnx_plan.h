// The buffers that ONNX Runtime plans for a graph before it runs it for the first time.
#pragma once

#include <onnx/onnx_pb.h>

#include <vector>

#include "jetmeter/model.h"

namespace jetmeter {

// Of a graph whose shapes have been inferred, in the order of execution. Nodes that depend on
// nothing but constants are computed once and need no buffer; a Reshape and its like need none;
// element-by-element operators write over an input that nobody reads later; and a buffer that falls
// free is kept for the next tensor of the same extents, so that it lives until its last tenant dies
// (allocation_planner.cc). Inputs and outputs are the caller's and not in the plan.
std::vector<Activation> plan_buffers(const onnx::GraphProto&);

}  // namespace jetmeter
