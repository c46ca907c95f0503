// Where a layer keeps its weight and its bias, and along which axis its output channels lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "jetmeter/graph.h"

namespace jetmeter {

// Conv, ConvTranspose, Gemm, MatMul of the standard domain.
bool is_layer(const Node&);

struct LayerWeight {
  const Tensor* weight = nullptr;
  const Tensor* bias = nullptr;     // null: none
  std::optional<std::size_t> axis;  // absent: no axis holds one output channel each
};
// The error says why the layer cannot be quantised, to be read after its name.
Result<LayerWeight> layer_weight(const Node&, const GraphIndex&);

}  // namespace jetmeter
