// Small graphs, each with the shape of what it ends in, worked out by hand.
#pragma once

#include <cstdint>
#include <vector>

#include "jetmeter/graph_builder.h"

namespace jetmeter {

struct ShapeCase {
  const char* name;
  Shape expected;                // of the tensor "y"
  void (*build)(GraphBuilder&);  // ends in a node "y"
  std::int64_t opset = 13;
  bool runs = true;  // ONNX Runtime has it for the CPU, and in this opset
};

extern const std::vector<ShapeCase> kArithmeticShapes;
extern const std::vector<ShapeCase> kLayoutShapes;
extern const std::vector<ShapeCase> kSelectionShapes;

}  // namespace jetmeter
