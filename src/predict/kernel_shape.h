// The extents of a product as a kernel sees them. Pure.
#pragma once

#include "jetmeter/cost.h"
#include "jetmeter/graph.h"
#include "jetmeter/predict.h"

namespace jetmeter {

struct ProductShape {
  KernelClass kind = KernelClass::matmul;
  double m = 0, n = 0, k = 0, groups = 1;
};

// Absent where a shape is not known or has not the axes that the operator needs.
std::optional<ProductShape> product_shape(const Node&, const ShapeTable&);

}  // namespace jetmeter
