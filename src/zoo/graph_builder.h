// Writes ONNX models node by node. Names are given by the caller and must be unique; the same
// calls give the same bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "jetmeter/tensor.h"

namespace jetmeter {

using AttributeValue = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>>;
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

class GraphBuilder {
 public:
  // Opset 13, IR version 7: what every runtime of the last years reads.
  explicit GraphBuilder(const std::string& graph_name);
  ~GraphBuilder();

  // Float inputs and outputs of the graph. Return `name`, as all of the functions do.
  std::string input(const std::string& name, const Shape&);
  std::string output(const std::string& name, const Shape&);
  std::string floats(const std::string& name, const Shape&, const std::vector<float>&);
  std::string integers(const std::string& name, const std::vector<std::int64_t>&);
  // A node with one output, which carries the node's name.
  std::string node(const std::string& op, const std::string& name,
                   const std::vector<std::string>& inputs, const Attributes& = {});
  // Shown by tools, read by pipelines: names, task, imgsz, …
  void metadata(const std::string& key, const std::string& value);

  std::string serialise() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace jetmeter
