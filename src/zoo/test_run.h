// Runs a generated model with ONNX Runtime and looks at what flows through it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "jetmeter/backend.h"
#include "jetmeter/zoo.h"
#include "support/temp_dir.h"

namespace jetmeter {

struct TestRange {
  Shape shape;
  double largest = 0;  // magnitude
  double root_mean_square = 0;
  double mean = 0, deviation = 0;
  bool finite = true;
  std::vector<float> values;
};

inline TestRange range_of(const TensorView& view) {
  TestRange range;
  range.shape.assign(view.shape.begin(), view.shape.end());
  const auto values = view.as<float>();
  double sum = 0, squares = 0;
  for (const float value : values) {
    range.finite = range.finite && std::isfinite(value);
    range.largest = std::max(range.largest, std::abs(static_cast<double>(value)));
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  const auto n = static_cast<double>(values.size());
  range.mean = sum / n;
  range.root_mean_square = std::sqrt(squares / n);
  range.deviation = std::sqrt(std::max(0.0, squares / n - range.mean * range.mean));
  return range;
}

// Every tensor that a layer with arithmetic of its own gives becomes an output.
inline void expose_layers(ModelGraph& model) {
  static const std::set<std::string> kLayers{"Conv", "ConvTranspose",     "MatMul", "Gemm", "Add",
                                             "Mul",  "LayerNormalization"};
  std::set<std::string> known;
  for (const auto& output : model.graph.outputs) known.insert(output.name);
  for (const auto& node : model.graph.nodes)
    if (kLayers.contains(node.op) && !known.contains(node.outputs.front()))
      model.graph.outputs.push_back({node.outputs.front(), ElementType::float32, false, {}, {}});
}

// Repeatable, uniform in [-a, a] with the variance of a normal value, or in [0, 1] for a picture.
inline void feed_noise(const TensorView& view, bool picture) {
  std::uint32_t state = 12345;
  for (float& value : view.as<float>()) {
    state = state * 1664525 + 1013904223;
    const auto unit = static_cast<float>(state >> 8) / 16777216.0F;
    value = picture ? unit : (2 * unit - 1) * 1.7320508F;
  }
}

using FillInput = std::function<void(const TensorSpec&, const TensorView&)>;

// By the name of the output. Absent where ONNX Runtime is not in this build.
inline std::optional<std::map<std::string, TestRange>> run_zoo_model(const ModelGraph& model,
                                                                     const FillInput& fill,
                                                                     bool keep_values = false) {
  const TempDir dir;
  const auto path = dir.path() / "model.onnx";
  const auto written = write_onnx(model, path);
  EXPECT_TRUE(written) << written.error().what;
  const auto choice = choose_backend("onnxruntime", path);
  if (!choice) return std::nullopt;
  auto loaded = load_model(*choice, path, {.threads = 2, .device = "cpu", .options = {}});
  EXPECT_TRUE(loaded) << loaded.error().what;
  if (!loaded) return std::map<std::string, TestRange>{};
  std::vector<Shape> shapes;
  for (const auto& input : (*loaded)->info().inputs) {
    shapes.push_back(input.shape);
    for (auto& extent : shapes.back())
      if (extent == kDynamic) extent = 2;
  }
  auto session = (*loaded)->open(shapes);
  EXPECT_TRUE(session) << session.error().what;
  for (std::size_t i = 0; i < shapes.size(); ++i)
    fill((*loaded)->info().inputs[i], (*session)->input(i));
  const auto ran = (*session)->run();
  EXPECT_TRUE(ran) << ran.error().what;
  std::map<std::string, TestRange> ranges;
  const auto& outputs = (*loaded)->info().outputs;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const auto view = (*session)->output(i);
    if (view.type != ElementType::float32) continue;
    auto& range = ranges[outputs[i].name] = range_of(view);
    if (keep_values) range.values.assign(view.as<float>().begin(), view.as<float>().end());
  }
  return ranges;
}

// That float16 holds what flows, with room to spare, and that none of it has died away.
inline void expect_fit_for_half(const std::map<std::string, TestRange>& ranges) {
  for (const auto& [name, range] : ranges) {
    EXPECT_TRUE(range.finite) << name;
    EXPECT_LT(range.largest, 1e4) << name;
    EXPECT_GT(range.root_mean_square, 1e-3) << name;
  }
}

}  // namespace jetmeter
