// The shapes of everything that flows through an ONNX graph.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/model.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// Writes the hinted sizes into the model's open axes, wherever an axis of that name occurs. Fails
// when a hint contradicts the file.
Result<void> apply_hints(onnx::ModelProto&, const ShapeHints&);

// A shape without axes may be a scalar or not known: `ranked` tells.
struct KnownSpec {
  TensorSpec spec;
  bool ranked = false;
};
KnownSpec spec_of_value(const onnx::ValueInfoProto&);

// The graph's inputs that are not initialisers.
std::vector<TensorSpec> true_inputs(const onnx::GraphProto&);
std::vector<TensorSpec> declared_outputs(const onnx::GraphProto&);

// "axis 'batch' of input 'x' is open": the first one; empty when none is.
std::string first_open_axis(const onnx::GraphProto&);

}  // namespace jetmeter
