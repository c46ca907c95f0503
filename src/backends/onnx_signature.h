// What an ONNX file says about itself outside its graph: the declared inputs and outputs and the
// metadata. For runtimes that do not tell.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

struct OnnxSignature {
  std::vector<TensorSpec> inputs, outputs;      // initialisers are not inputs
  std::map<std::string, std::string> metadata;  // metadata_props, and "producer" when it is named
  std::map<std::string, std::int64_t> opsets;   // by domain; "" is the standard one
};

// Reads past nodes and weights without taking them into memory. The words of a failure do not name
// the file.
Result<OnnxSignature> read_onnx_signature(const std::filesystem::path&);

}  // namespace jetmeter
