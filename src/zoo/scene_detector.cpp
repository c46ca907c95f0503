#include "zoo/scene_detector.h"

#include <fmt/format.h>

#include <cstddef>

namespace jetmeter {
namespace {

// How far a cell looks to each side, in cells. Larger than half of the largest object, smaller
// than what separates two objects of one class.
constexpr std::int64_t kReach = 11;
// Keeps the division defined where there is no object; far below a pixel.
constexpr float kEpsilon = 1e-3F;

// ONNX lets a Conv leave its kernel's extents to the weights; OpenCV 4.6 wants them written.
const std::vector<std::int64_t> kPoint{1, 1};

enum class Axis { x, y };

// One filter per class along one axis: what lies on the near side counts `near`, on the far side
// `far`, in pixels.
struct Sides {
  float near = 1, self = 1, far = 1, bias = 0;
};

class DetectorBuilder {
 public:
  DetectorBuilder(GraphBuilder& graph, std::string masks, std::size_t classes)
      : graph_(graph), masks_(std::move(masks)), classes_(static_cast<std::int64_t>(classes)) {}

  // Along one axis: the extent of the object that a cell lies in, in pixels, and how much more of
  // it lies on the far side than on the near one; for a cell in the middle that is 0.
  struct Extent {
    std::string size, imbalance, balance;
  };

  Extent extent(const std::string& name, Axis axis) {
    Extent e;
    e.size = sum_along(name + "_size", axis, {.bias = kEpsilon});
    e.imbalance = sum_along(name + "_imbalance", axis, {.near = -1, .self = 0});
    // 1 in the middle, 0 at an edge.
    const auto magnitude = graph_.node("Abs", name + "_off", {e.imbalance});
    const auto rest = graph_.node("Sub", name + "_rest", {e.size, magnitude});
    e.balance = graph_.node("Div", name + "_balance", {rest, e.size});
    return e;
  }

  // The value of the class that the cell belongs to, times `scale`: masks choose, and a cell
  // belongs to one class at most.
  std::string choose(const std::string& name, const std::string& per_class, float scale) {
    const auto masked = graph_.node("Mul", name + "_masked", {masks_, per_class});
    const auto weight =
        graph_.floats(name + "_weight", {1, classes_, 1, 1},
                      std::vector<float>(static_cast<std::size_t>(classes_), scale));
    return graph_.node("Conv", name, {masked, weight}, {{"kernel_shape", kPoint}});
  }

  std::string centre(const std::string& name, Axis axis, const Extent& e) {
    const auto shift = choose(name + "_shift", e.imbalance, 0.5F);
    std::vector<float> positions;
    for (std::int64_t i = 0; i < kSceneCells * kSceneCells; ++i) {
      const std::int64_t cell = axis == Axis::x ? i % kSceneCells : i / kSceneCells;
      positions.push_back((static_cast<float>(cell) + 0.5F) * static_cast<float>(kSceneStride));
    }
    const auto grid = graph_.floats(name + "_grid", {1, 1, kSceneCells, kSceneCells}, positions);
    return graph_.node("Add", name, {shift, grid});
  }

  std::string scores(const Extent& x, const Extent& y) {
    const auto both = graph_.node("Mul", "balance", {x.balance, y.balance});
    // Squared, so that what is half-way to an edge is no candidate any more: there an object that
    // is not a rectangle has another extent than in its middle.
    const auto strict = graph_.node("Mul", "balance_squared", {both, both});
    return graph_.node("Mul", "scores", {masks_, strict});
  }

 private:
  std::string sum_along(const std::string& name, Axis axis, const Sides& sides) {
    constexpr std::int64_t kTaps = 2 * kReach + 1;
    constexpr auto kPixels = static_cast<float>(kSceneStride);
    std::vector<float> weights;
    for (std::int64_t c = 0; c < classes_; ++c) {
      for (std::int64_t tap = -kReach; tap <= kReach; ++tap) {
        weights.push_back(kPixels * (tap < 0 ? sides.near : tap > 0 ? sides.far : sides.self));
      }
    }
    const bool x = axis == Axis::x;
    const Shape shape{classes_, 1, x ? 1 : kTaps, x ? kTaps : 1};
    const auto weight = graph_.floats(name + "_weight", shape, weights);
    const auto bias =
        graph_.floats(name + "_bias", {classes_},
                      std::vector<float>(static_cast<std::size_t>(classes_), sides.bias));
    const std::vector<std::int64_t> pads{x ? 0 : kReach, x ? kReach : 0, x ? 0 : kReach,
                                         x ? kReach : 0};
    return graph_.node("Conv", name, {masks_, weight, bias},
                       {{"group", classes_},
                        {"kernel_shape", std::vector<std::int64_t>{shape[2], shape[3]}},
                        {"pads", pads}});
  }

  GraphBuilder& graph_;
  std::string masks_;
  std::int64_t classes_;
};

}  // namespace

std::string scene_cells(GraphBuilder& graph) {
  const auto images = graph.input("images", {1, 3, kSceneInput, kSceneInput});
  const std::vector<std::int64_t> window{kSceneStride, kSceneStride};
  return graph.node("AveragePool", "cells", {images},
                    {{"kernel_shape", window}, {"strides", window}});
}

std::string linear_units(GraphBuilder& graph, const std::string& name, const std::string& cells,
                         const std::vector<LinearUnit>& units) {
  // Cut off at 0 and at 1 by two ramps: OpenCV 4.6 does not read Clip as this opset writes it.
  const auto ramp = [&](const std::string& part, float start) {
    std::vector<float> weights, biases;
    for (const LinearUnit& unit : units) {
      weights.insert(weights.end(), {unit.red, unit.green, unit.blue});
      biases.push_back(unit.bias - start);
    }
    const auto count = std::ssize(units);
    const auto weight = graph.floats(part + "_weight", {count, 3, 1, 1}, weights);
    const auto bias = graph.floats(part + "_bias", {count}, biases);
    const auto sum =
        graph.node("Conv", part + "_sum", {cells, weight, bias}, {{"kernel_shape", kPoint}});
    return graph.node("Relu", part, {sum});
  };
  return graph.node("Sub", name, {ramp(name + "_above_0", 0), ramp(name + "_above_1", 1)});
}

void finish_scene_detector(GraphBuilder& graph, const std::string& masks,
                           const std::vector<std::string_view>& labels) {
  DetectorBuilder builder(graph, masks, labels.size());
  const auto x = builder.extent("x", Axis::x), y = builder.extent("y", Axis::y);
  const auto head = graph.node(
      "Concat", "head",
      {builder.centre("cx", Axis::x, x), builder.centre("cy", Axis::y, y),
       builder.choose("w", x.size, 1), builder.choose("h", y.size, 1), builder.scores(x, y)},
      {{"axis", std::int64_t{1}}});
  const auto rows = 4 + std::ssize(labels);
  const auto shape = graph.integers("output_shape", {1, rows, kSceneCells * kSceneCells});
  graph.node("Reshape", "output0", {head, shape});
  graph.output("output0", {1, rows, kSceneCells * kSceneCells});

  std::string names;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    names += fmt::format("{}{}: '{}'", i == 0 ? "" : ", ", i, labels[i]);
  }
  graph.metadata("task", "detect");
  graph.metadata("imgsz", fmt::format("[{0}, {0}]", kSceneInput));
  graph.metadata("stride", fmt::format("{}", kSceneStride));
  graph.metadata("names", "{" + names + "}");
}

}  // namespace jetmeter
