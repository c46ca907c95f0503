// Puts a graph together node by node. Names are given by the caller and must be unique; the same
// calls give the same graph.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jetmeter/graph.h"

namespace jetmeter {

using Attributes = std::vector<std::pair<std::string, AttributeData>>;

class GraphBuilder {
 public:
  // IR version 7 goes with opset 13, which every runtime of the last years reads; later opsets get
  // the IR version that came with them.
  explicit GraphBuilder(std::string graph_name, std::int64_t opset = 13);

  // Inputs and outputs of the graph. Return `name`, as all of the functions do.
  std::string input(std::string name, Shape, ElementType = ElementType::float32,
                    std::vector<std::string> axes = {});
  std::string output(std::string name, Shape, ElementType = ElementType::float32,
                     std::vector<std::string> axes = {});
  std::string floats(std::string name, const Shape&, const std::vector<float>&);
  std::string integers(std::string name, const std::vector<std::int64_t>&);  // one axis
  std::string integer(std::string name, std::int64_t);                       // a scalar
  std::string weight(Tensor);
  // A node with one output, which carries the node's name.
  std::string node(std::string op, std::string name, std::vector<std::string> inputs,
                   Attributes = {}, std::string domain = "");
  // A node with several outputs; returns them.
  std::vector<std::string> nodes(std::string op, std::string name, std::vector<std::string> inputs,
                                 std::vector<std::string> outputs, Attributes = {});
  // Shown by tools, read by pipelines: names, task, imgsz, …
  void metadata(std::string key, std::string value);

  const ModelGraph& model() const { return model_; }
  ModelGraph take() { return std::move(model_); }
  // REQUIRES: the weights fit into one file.
  std::string serialise() const;

 private:
  ModelGraph model_;
};

}  // namespace jetmeter
