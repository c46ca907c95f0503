// One encoded tensor as a Tensor.
#pragma once

#include <onnx/onnx_pb.h>

#include "graph/external_data.h"
#include "graph/slim_onnx.h"
#include "jetmeter/graph.h"

namespace jetmeter {

// Where the bytes of a file's tensors are.
struct TensorPlaces {
  Blob file;
  const SlimOnnx& slim;
  ExternalFiles external;
};

// The error is to be read after the model's name.
Result<Tensor> read_tensor(const onnx::TensorProto&, TensorPlaces&);

}  // namespace jetmeter
