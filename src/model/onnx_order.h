// The order in which ONNX Runtime runs a graph.
#pragma once

#include <onnx/onnx_pb.h>

#include <vector>

namespace jetmeter {

// Indices of the graph's nodes. The runtime walks back from the nodes that nobody reads and takes,
// of a node's inputs, the one whose producer comes last in the file first; branches therefore run
// from the file's end to its beginning (graph.cc, ReverseDFSFrom). Nodes that it has fused count as
// last, in the order in which it met them: among them the order turns round. Nodes that nothing
// without a reader depends on, those of a cycle, are left out.
std::vector<int> execution_order(const onnx::GraphProto&);

}  // namespace jetmeter
