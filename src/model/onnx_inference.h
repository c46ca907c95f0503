// Shape inference, kept at arm's length.
#pragma once

#include <onnx/onnx_pb.h>

namespace jetmeter {

// Adds the shapes of intermediate tensors to the model, as far as they can be inferred; what
// cannot, stays as it was. The library that infers works in a child process: it crashes on some
// models that runtimes take (ONNX 1.12 on a Shape node behind an operator of another domain), and a
// file must not bring the instrument down. False when nothing could be inferred at all.
bool infer_shapes(onnx::ModelProto&);

}  // namespace jetmeter
