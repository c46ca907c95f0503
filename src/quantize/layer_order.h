#pragma once

#include <vector>

#include "jetmeter/graph.h"

namespace jetmeter {

// By node: whether any layer comes before it, or behind it.
struct LayerOrder {
  std::vector<bool> behind_layer, before_layer;
};
LayerOrder layer_order(const Graph&);

}  // namespace jetmeter
