// When each tensor of an ONNX graph is born, when it dies, and how large it is.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "jetmeter/model.h"

namespace jetmeter {

struct Activations {
  std::vector<Activation> written;  // intermediate tensors, each with a buffer of its own
  std::uint64_t input_output_bytes = 0;
  std::uint64_t largest_input_output_bytes = 0;
  std::uint64_t tensors = 0;         // all of them, those of unknown size too
  std::vector<std::string> unknown;  // names of tensors of unknown size
  std::map<std::string, std::uint64_t> operators;
};

// Of a graph whose shapes have been inferred, in the order of the file.
Activations trace_activations(const onnx::GraphProto&);

}  // namespace jetmeter
