// What all generated architectures are put together from: a GraphBuilder that knows the settings,
// and feature maps that carry what the next layer needs to know of them. A node's output has the
// node's name; a layer's weights are "<name>.weight" and "<name>.bias".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/graph_builder.h"
#include "jetmeter/zoo.h"
#include "zoo/weights.h"

namespace jetmeter {

// Batch x channels x size x size. `power` is what the mean square of its values comes to, as far as
// it can be told without running the model: it sets the weights of the layer that reads it, so
// that neither a deep network nor a wide one leaves the range of float16.
struct FeatureMap {
  std::string name;
  std::int64_t channels = 0;
  std::int64_t size = 0;  // pixels, both sides
  double power = 1;
};

class NetBuilder {
 public:
  explicit NetBuilder(std::string_view name, const ZooSettings& settings);

  GraphBuilder& graph() { return graph_; }
  const ZooSettings& settings() const { return settings_; }
  ModelGraph take() { return graph_.take(); }

  // Of the model's element type. The first axis of inputs and outputs is the batch, which may be
  // open, where `batched` is true.
  std::string input(std::string name, Shape, std::vector<std::string> axes = {});
  std::string output(std::string name, Shape, std::vector<std::string> axes = {});
  // With the batch in front; open where the settings leave it open.
  std::string batched_input(std::string name, Shape rest);
  std::string batched_output(std::string name, Shape rest);
  FeatureMap image(std::string name, std::int64_t channels, std::int64_t size, double power);

  std::string weight(std::string name, Shape, Spread);
  // No parameters: in Constant nodes.
  std::string constant(std::string name, Shape, const std::vector<float>&);
  std::string scalar(std::string name, double);

  std::string op(std::string op, std::string name, std::vector<std::string> inputs,
                 Attributes attributes = {}) {
    return graph_.node(std::move(op), std::move(name), std::move(inputs), std::move(attributes));
  }
  std::string reshape(std::string name, std::string x, std::vector<std::int64_t> shape);
  std::string transpose(std::string name, std::string x, std::vector<std::int64_t> order);
  std::string concat(std::string name, std::vector<std::string> parts, std::int64_t axis);
  // Parts of these extents, named "<name>.0", "<name>.1", …
  std::vector<std::string> split(const std::string& name, std::string x,
                                 std::vector<std::int64_t> extents, std::int64_t axis);

 private:
  GraphBuilder graph_;
  ZooSettings settings_;
};

// Numbers that most architectures share.
constexpr ZooNumber zoo_batch() {
  return {.name = "batch",
          .summary = "images per inference",
          .otherwise = 1,
          .least = 1,
          .most = 1024,
          .may_be_open = true};
}
constexpr ZooNumber zoo_opset(std::int64_t otherwise, std::int64_t least) {
  return {.name = "opset",
          .summary = "version of ONNX's operators",
          .otherwise = otherwise,
          .least = least,
          .most = 22};
}
constexpr ZooNumber zoo_imgsz(std::int64_t otherwise, std::int64_t step, std::int64_t most) {
  return {.name = "imgsz",
          .summary = "pixels, both sides",
          .otherwise = otherwise,
          .least = step,
          .most = most,
          .step = step};
}

}  // namespace jetmeter
