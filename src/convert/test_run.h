// Runs graphs with ONNX Runtime and says how far two of them lie apart.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/backend.h"
#include "jetmeter/graph.h"
#include "jetmeter/verify.h"
#include "support/temp_dir.h"

namespace jetmeter {

// Null where this build has none.
inline const Backend* onnxruntime_backend() {
  for (const auto* each : backends())
    if (each->name == "onnxruntime") return each;
  return nullptr;
}

#define JM_SKIP_WITHOUT_RUNTIME() \
  if (onnxruntime_backend() == nullptr) GTEST_SKIP() << "onnxruntime is not in this build"

using TestFill = std::function<void(std::size_t input, const TensorView&)>;

// From the seed: floats uniform in [low, high), integers 0 or 1.
inline TestFill random_fill(unsigned seed, float low = -1, float high = 1) {
  return [=](std::size_t input, const TensorView& view) {
    std::mt19937 random(seed + static_cast<unsigned>(input));
    const auto uniform = [&] { return static_cast<float>(random() & 0xFFFFFFU) / 0x1000000; };
    if (view.type == ElementType::float32) {
      for (auto& value : view.as<float>()) value = low + (high - low) * uniform();
    } else if (view.type == ElementType::float16) {
      for (auto& value : view.as<std::uint16_t>()) {
        const float wide = low + (high - low) * uniform();
        to_half({&wide, 1}, {&value, 1});
      }
    } else if (view.type == ElementType::uint8) {
      for (auto& value : view.as<std::uint8_t>()) value = static_cast<std::uint8_t>(random());
    } else if (view.type == ElementType::int64) {
      for (auto& value : view.as<std::int64_t>()) value = static_cast<std::int64_t>(random() % 2);
    } else {
      std::ranges::fill(view.as<std::byte>(), std::byte{0});
    }
  };
}

// One per output, as floats; empty, with a failure, where it does not run.
inline std::vector<std::vector<float>> run_graph(const ModelGraph& model, const TestFill& fill,
                                                 std::vector<Shape> shapes = {}) {
  const TempDir folder;
  const auto path = folder.path() / "m.onnx";
  const auto written = write_onnx(model, path);
  EXPECT_TRUE(written) << (written ? "" : written.error().what);
  LoadOptions options;
  options.device = "cpu";
  const auto loaded = onnxruntime_backend()->load(path, options);
  EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().what);
  if (!loaded) return {};
  const auto& info = (*loaded)->info();
  auto session = (*loaded)->open(shapes);
  EXPECT_TRUE(session) << (session ? "" : session.error().what);
  if (!session) return {};
  for (std::size_t i = 0; i < info.inputs.size(); ++i) fill(i, (*session)->input(i));
  const auto ran = (*session)->run();
  EXPECT_TRUE(ran) << (ran ? "" : ran.error().what);
  if (!ran) return {};
  std::vector<std::vector<float>> outputs;
  for (std::size_t i = 0; i < info.outputs.size(); ++i) {
    const auto view = (*session)->output(i);
    std::vector<std::byte> bytes(view.bytes);
    std::memcpy(bytes.data(), view.data, bytes.size());
    outputs.push_back(
        to_floats(raw_tensor("", view.type, {view.shape.begin(), view.shape.end()}, bytes))
            .value_or(std::vector<float>()));
  }
  return outputs;
}

struct Apart {
  double cosine = 0, max_error = 0, max_reference = 0;
};
// The worst of all outputs.
inline Apart apart(const std::vector<std::vector<float>>& a,
                   const std::vector<std::vector<float>>& b) {
  EXPECT_EQ(a.size(), b.size());
  EXPECT_FALSE(a.empty());
  Apart worst{1, 0, 0};
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    EXPECT_EQ(a[i].size(), b[i].size());
    if (a[i].size() != b[i].size()) continue;
    DifferenceMeter meter;
    meter.add(a[i], b[i]);
    const auto difference = meter.difference();
    EXPECT_EQ(difference.not_finite_b, difference.not_finite_a);
    worst.cosine =
        std::min(worst.cosine, difference.cosine.value_or(difference.max_reference > 0 ? 0 : 1));
    worst.max_error = std::max(worst.max_error, difference.max_error);
    worst.max_reference = std::max(worst.max_reference, difference.max_reference);
  }
  return worst;
}

// Of a node's operator in the whole main graph.
inline std::size_t count_ops(const Graph& graph, std::string_view op) {
  return static_cast<std::size_t>(
      std::ranges::count_if(graph.nodes, [&](const Node& node) { return node.op == op; }));
}

inline std::vector<float> random_floats(unsigned seed, std::size_t count, float low = -1,
                                        float high = 1) {
  std::mt19937 random(seed);
  std::vector<float> values(count);
  for (auto& value : values)
    value = low + (high - low) * static_cast<float>(random() & 0xFFFFFFU) / 0x1000000;
  return values;
}

}  // namespace jetmeter
