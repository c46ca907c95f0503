// The weights of an ONNX model: initialisers, sparse ones, and the values of Constant nodes, in
// the graph and in the bodies of its control flow.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/model.h"

namespace jetmeter {

struct Weights {
  std::vector<WeightBytes> by_type;  // the largest first
  std::uint64_t bytes = 0;
  std::uint64_t external_bytes = 0;
  std::uint64_t body_bytes = 0;  // in bodies of control flow, once for each body around it
  std::uint64_t half_bytes = 0;  // of 16-bit floats
  std::uint64_t largest = 0;
  std::map<std::string, std::uint64_t> bytes_by_reader;
};

// `folder` is where the files of external data are looked for. Fails when one is missing or too
// short; the error names that file.
Result<Weights> count_weights(const onnx::GraphProto&, const std::filesystem::path& folder);

// Drops the values of all initialisers that are too large to describe a shape.
void drop_weight_values(onnx::GraphProto&);

}  // namespace jetmeter
