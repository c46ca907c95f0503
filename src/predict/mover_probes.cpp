#include <array>
#include <string>

#include "jetmeter/graph_builder.h"
#include "predict/point_rates.h"
#include "predict/probe_parts.h"

namespace jetmeter {
namespace {

struct BytesPlan {
  const char* probe;  // as kernels' ops are called
  std::int64_t channels, size;
};

using Step = std::string (*)(GraphBuilder&, const std::string& x, const Shape&, int i);

struct BytesKind {
  const char* probe;
  double reads, writes;  // elements for each of the input
  Step step;
};

std::string plain(GraphBuilder& graph, const char* op, const std::string& x, int i,
                  Attributes attributes = {}) {
  return graph.node(op, numbered("y", i), {x}, std::move(attributes));
}

template <const char* const& op>
std::string unary(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  return plain(graph, op, x, i);
}

constexpr const char* kSigmoid = "Sigmoid";
constexpr const char* kRelu = "Relu";
constexpr const char* kExp = "Exp";
constexpr const char* kErf = "Erf";
constexpr const char* kQuantize = "DynamicQuantizeLinear";

std::string add_step(GraphBuilder& graph, const std::string& x, const Shape& shape, int i) {
  return graph.node("Add", numbered("y", i), {x, graph.input(numbered("z", i), shape)});
}

std::string scale_step(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  return graph.node("Mul", numbered("y", i), {x, graph.floats(numbered("s", i), {}, {1.5F})});
}

std::string gelu_step(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  const auto scaled =
      graph.node("Div", numbered("d", i), {x, graph.floats(numbered("r", i), {}, {1.4142135F})});
  const auto erf = graph.node("Erf", numbered("e", i), {scaled});
  const auto one =
      graph.node("Add", numbered("a", i), {erf, graph.floats(numbered("one", i), {}, {1.0F})});
  const auto gated = graph.node("Mul", numbered("g", i), {x, one});
  return graph.node("Mul", numbered("y", i),
                    {gated, graph.floats(numbered("half", i), {}, {0.5F})});
}

std::string softmax_step(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  return plain(graph, "Softmax", x, i, {{"axis", std::int64_t{-1}}});
}

std::string norm_step(GraphBuilder& graph, const std::string& x, const Shape& shape, int i) {
  const std::vector<float> ones(static_cast<std::size_t>(shape.back()), 1.0F);
  return graph.node("LayerNormalization", numbered("y", i),
                    {x, graph.floats(numbered("g", i), {shape.back()}, ones)},
                    {{"axis", std::int64_t{-1}}});
}

std::string mean_step(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  return plain(graph, "ReduceMean", x, i, {{"axes", std::vector<std::int64_t>{-1}}});
}

std::string pool_step(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  return plain(graph, "MaxPool", x, i,
               {{"kernel_shape", std::vector<std::int64_t>{5, 5}},
                {"pads", std::vector<std::int64_t>{2, 2, 2, 2}},
                {"strides", std::vector<std::int64_t>{1, 1}}});
}

std::string average_step(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  return plain(graph, "GlobalAveragePool", x, i);
}

std::string concat_step(GraphBuilder& graph, const std::string& x, const Shape& shape, int i) {
  return graph.node("Concat", numbered("y", i), {x, graph.input(numbered("z", i), shape)},
                    {{"axis", std::int64_t{1}}});
}

std::string transpose_step(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  return plain(graph, "Transpose", x, i, {{"perm", std::vector<std::int64_t>{0, 2, 1, 3}}});
}

std::string resize_step(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  const auto scales = graph.floats(numbered("s", i), {4}, {1, 1, 2, 2});
  return graph.node("Resize", numbered("y", i), {x, "", scales},
                    {{"mode", std::string("nearest")},
                     {"coordinate_transformation_mode", std::string("asymmetric")},
                     {"nearest_mode", std::string("floor")}});
}

std::string slice_step(GraphBuilder& graph, const std::string& x, const Shape& shape, int i) {
  const auto half = shape[1] / 2;
  return graph.node(
      "Slice", numbered("y", i),
      {x, graph.integers(numbered("b", i), {0}), graph.integers(numbered("e", i), {half}),
       graph.integers(numbered("a", i), {1})});
}

constexpr std::array kBytesKinds{
    BytesKind{"Add", 2, 1, add_step},
    BytesKind{"Mul", 1, 1, scale_step},
    BytesKind{"Relu", 1, 1, unary<kRelu>},
    BytesKind{"Sigmoid", 1, 1, unary<kSigmoid>},
    BytesKind{"Exp", 1, 1, unary<kExp>},
    BytesKind{"Erf", 1, 1, unary<kErf>},
    BytesKind{"Gelu", 1, 1, gelu_step},
    BytesKind{"Softmax", 1, 1, softmax_step},
    BytesKind{"LayerNormalization", 1, 1, norm_step},
    BytesKind{"ReduceMean", 1, 0, mean_step},
    BytesKind{"MaxPool", 1, 1, pool_step},
    BytesKind{"GlobalAveragePool", 1, 0, average_step},
    BytesKind{"Concat", 2, 2, concat_step},
    BytesKind{"Transpose", 1, 1, transpose_step},
    BytesKind{"Resize", 1, 4, resize_step},
    BytesKind{"Slice", 0.5, 0.5, slice_step},
    BytesKind{"DynamicQuantizeLinear", 1, 0.25, unary<kQuantize>},
};

// Side by side, so that a runtime cannot make one kernel of them. The outputs' shapes are left to
// it.
ModelGraph bytes_model(const BytesKind& kind, const Shape& shape) {
  GraphBuilder graph(kind.probe, kOpset);
  for (int i = 0; i < kChain; ++i) {
    const auto x = graph.input(numbered("x", i), shape);
    const auto y = kind.step(graph, x, shape, i);
    const bool quantizes = kind.step == &unary<kQuantize>;
    if (quantizes) {
      auto model = graph.take();
      auto& node = model.graph.nodes.back();
      node.outputs = {y, numbered("scale", i), numbered("zero", i)};
      model.graph.outputs.push_back({y, ElementType::uint8, 0, true, shape, {}});
      return model;
    }
    graph.output(y, Shape(shape.size(), kDynamic));
  }
  return graph.take();
}

}  // namespace

void add_movers(std::vector<Probe>& probes) {
  const std::array shapes{Shape{1, 16, 16, 16}, Shape{1, 32, 40, 40}, Shape{1, 64, 80, 80},
                          Shape{1, 32, 224, 224}};
  for (const auto& kind : kBytesKinds)
    for (const auto& shape : shapes) {
      Probe probe{.kernels = kChain};
      if (kind.step == &unary<kQuantize>) probe.kernels = 1;
      const auto elements = static_cast<double>(element_count(shape));
      probe.point.probe = kind.probe;
      probe.point.m = probe.point.work = elements * 4 * (kind.reads + kind.writes);
      probe.build = [&kind, shape] { return bytes_model(kind, shape); };
      probes.push_back(std::move(probe));
    }
}

}  // namespace jetmeter
