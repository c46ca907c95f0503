// A graph as boxes and arrows, not yet placed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jetmeter/graph.h"

namespace jetmeter {

// What an operator is for; each has a colour.
enum class OperatorFamily {
  port,  // an input or output of the graph
  convolution,
  matrix,
  activation,
  arithmetic,
  normalisation,
  pooling,
  shape,  // moves or cuts data, computes shapes
  quantisation,
  control,
  other
};
std::string_view name(OperatorFamily);
OperatorFamily operator_family(const Node&);
// What a reader finds their way by, and what costs: never drawn as a part of another's box.
bool is_landmark(const Node&);

struct PictureBox {
  std::string title;               // "Conv + SiLU"
  std::vector<std::string> lines;  // "3x3, 64 > 128", "1x128x80x80"
  std::string tip;                 // the nodes' names, one a line
  OperatorFamily family = OperatorFamily::other;
};

struct Picture {
  std::vector<PictureBox> boxes;                           // each after those that it reads from
  std::vector<std::pair<std::size_t, std::size_t>> edges;  // each pair once
  std::size_t nodes = 0;                                   // of the graph, drawn or within a box
};
Picture make_picture(const ModelGraph&, std::size_t most_boxes);

}  // namespace jetmeter
