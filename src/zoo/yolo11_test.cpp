#include <gmock/gmock.h>

#include "support/real_data.h"
#include "zoo/test_run.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;

struct Published {
  std::string name;
  std::uint64_t parameters;  // with batch norm, as its authors count them
  std::uint64_t folded;
};

void PrintTo(const Published& published, std::ostream* out) {
  *out << published.name;
}

class Yolo11 : public testing::TestWithParam<Published> {};

// Folding turns a batch norm's two parameters per channel into one bias.
std::uint64_t folded_channels(const ModelGraph& model) {
  std::uint64_t channels = 0;
  for (const auto& weight : model.graph.weights)
    if (weight.name.ends_with(".conv.bias")) channels += weight.elements();
  return channels;
}

TEST_P(Yolo11, HasThePublishedParameters) {
  const auto model = make_zoo_model(GetParam().name).value();
  EXPECT_EQ(zoo_parameters(model) + folded_channels(model), GetParam().parameters);
  EXPECT_EQ(zoo_parameters(model), GetParam().folded);
}

INSTANTIATE_TEST_SUITE_P(Scales, Yolo11,
                         testing::Values(Published{"yolo11n", 2'624'080, 2'616'248},
                                         Published{"yolo11s", 9'458'752, 9'443'760},
                                         Published{"yolo11m", 20'114'688, 20'091'712},
                                         Published{"yolo11l", 25'372'160, 25'340'992},
                                         Published{"yolo11x", 56'966'176, 56'919'424}),
                         [](const auto& instance) { return instance.param.name; });

FillInput picture() {
  return [](const TensorSpec&, const TensorView& view) { feed_noise(view, true); };
}

TEST(Yolo11n, LooksLikeAnExport) {
  const auto model = make_zoo_model("yolo11n").value();
  ASSERT_EQ(model.graph.inputs.size(), 1U);
  EXPECT_EQ(model.graph.inputs[0].name, "images");
  EXPECT_THAT(model.graph.inputs[0].shape, ElementsAre(1, 3, 640, 640));
  ASSERT_EQ(model.graph.outputs.size(), 1U);
  EXPECT_EQ(model.graph.outputs[0].name, "output0");
  EXPECT_THAT(model.graph.outputs[0].shape, ElementsAre(1, 84, 8400));
  std::map<std::string, std::string> metadata(model.metadata.begin(), model.metadata.end());
  EXPECT_EQ(metadata["task"], "detect");
  EXPECT_EQ(metadata["stride"], "32");
  EXPECT_EQ(metadata["imgsz"], "[640, 640]");
  EXPECT_EQ(metadata["names"].substr(0, 30), "{0: 'person', 1: 'bicycle', 2:");
}

TEST(Yolo11n, RunsAndStaysInRange) {
  auto model = make_zoo_model("yolo11n", {.numbers = {{"imgsz", 320}}}).value();
  expose_layers(model);
  const auto ranges = run_zoo_model(model, picture());
  if (!ranges) GTEST_SKIP() << "ONNX Runtime is not in this build";
  expect_fit_for_half(*ranges);
  const auto& output = ranges->at("output0");
  EXPECT_THAT(output.shape, ElementsAre(1, 84, 2100));
  EXPECT_GT(output.deviation, 1);
}

TEST(Yolo11, APictureGivesSomeBoxesAndNotThousands) {
  for (const auto* name : {"yolo11n", "yolo11s"}) {
    for (const std::uint64_t seed : {0, 1, 2}) {
      const auto model =
          make_zoo_model(name, {.numbers = {{"imgsz", 320}}, .type = {}, .seed = seed}).value();
      const auto ranges = run_zoo_model(model, picture(), true);
      if (!ranges) GTEST_SKIP() << "ONNX Runtime is not in this build";
      const auto& values = ranges->at("output0").values;
      constexpr std::size_t kAnchors = 2100;
      std::size_t boxes = 0;
      for (std::size_t i = 0; i < kAnchors; ++i) {
        float best = 0;
        for (std::size_t c = 4; c < 84; ++c) best = std::max(best, values[c * kAnchors + i]);
        boxes += best > 0.25F ? 1 : 0;
      }
      EXPECT_GT(boxes, 0U) << name << " seed " << seed;
      EXPECT_LT(boxes, kAnchors / 4) << name << " seed " << seed;
    }
  }
}

TEST(Yolo11n, BatchMayBeOpen) {
  const auto model =
      make_zoo_model("yolo11n", {.numbers = {{"imgsz", 64}, {"batch", kDynamic}, {"classes", 3}}})
          .value();
  EXPECT_THAT(model.graph.inputs[0].shape, ElementsAre(kDynamic, 3, 64, 64));
  const auto ranges = run_zoo_model(model, picture());
  if (!ranges) GTEST_SKIP() << "ONNX Runtime is not in this build";
  EXPECT_THAT(ranges->at("output0").shape, ElementsAre(2, 7, 84));
}

}  // namespace
}  // namespace jetmeter
