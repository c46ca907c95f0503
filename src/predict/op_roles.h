// What a runtime makes of an operator, as far as its speed is concerned.
#pragma once

#include <string_view>

#include "jetmeter/graph.h"

namespace jetmeter {

enum class OpRole {
  product,    // Conv, MatMul, Gemm and their kin: where arithmetic counts
  pointwise,  // every output hangs on the inputs at its own place
  reduction,  // softmax, normalisation, sums over axes
  pool,
  copy,  // bytes move
  view,  // Split and Slice: a copy, or only another way to read
  free,  // Reshape and its kin
};

// What is not in the table moves bytes.
OpRole role_of(const Node&);
// A function of one tensor that runtimes compute while they store a product: Relu, Sigmoid, …
bool is_activation(std::string_view op);

}  // namespace jetmeter
