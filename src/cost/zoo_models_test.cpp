// The architectures of the zoo: figures that were published, and every shape as ONNX Runtime has
// it.
#include <gmock/gmock.h>

#include <algorithm>
#include <cctype>

#include "cost/test_ort_shapes.h"
#include "jetmeter/zoo.h"

namespace jetmeter {
namespace {

struct Published {
  const char* name;
  double gflops;             // ultralytics' table of YOLO11 at 640 pixels
  std::uint64_t parameters;  // batch normalisation folded
};

class PublishedCost : public testing::TestWithParam<Published> {};

TEST_P(PublishedCost, IsMetWithinAHundredth) {
  const auto model = make_zoo_model(GetParam().name);
  ASSERT_TRUE(model) << model.error().what;
  const auto cost = model_cost(*model);
  ASSERT_TRUE(cost) << cost.error().what;
  EXPECT_TRUE(cost->complete());
  const auto published = GetParam().gflops * 1e9;
  EXPECT_NEAR(static_cast<double>(cost->flops.value()), published, published / 100);
  EXPECT_EQ(cost->parameters, GetParam().parameters);
}

INSTANTIATE_TEST_SUITE_P(Cost, PublishedCost,
                         testing::Values(Published{"yolo11n", 6.5, 2616248},
                                         Published{"yolo11s", 21.5, 9443760},
                                         Published{"yolo11m", 68.0, 20091712},
                                         Published{"yolo11l", 86.9, 25340992},
                                         Published{"yolo11x", 194.9, 56919424}),
                         [](const auto& each) { return std::string(each.param.name); });

// Of models, or cuts of them, small enough to be run in a test.
struct SmallModel {
  const char* name;
  std::map<std::string, std::int64_t, std::less<>> numbers{};
};

class ZooShapes : public testing::TestWithParam<SmallModel> {};

TEST_P(ZooShapes, AreAsOnnxRuntimeHasThem) {
  if (!runtime_is_there()) GTEST_SKIP() << "onnxruntime is not in this build";
  const auto model = make_zoo_model(GetParam().name,
                                    {.numbers = GetParam().numbers, .type = ElementType::float32});
  ASSERT_TRUE(model) << model.error().what;
  EXPECT_GT(expect_shapes_as_run(*model), 10u);
}

INSTANTIATE_TEST_SUITE_P(
    Cost, ZooShapes,
    testing::Values(
        SmallModel{"yolo11n"}, SmallModel{"resnet18"}, SmallModel{"mobilenet_v2"},
        SmallModel{"simple-cnn"}, SmallModel{"resnet50"},
        SmallModel{"vit-b-16", {{"imgsz", 64}, {"layers", 2}, {"width", 128}}},
        SmallModel{"sam2.1-tiny-image-encoder", {{"imgsz", 256}}},
        SmallModel{"sam2.1-tiny-image-decoder", {{"imgsz", 256}}},
        SmallModel{"sam2.1-tiny-memory-attention", {{"imgsz", 256}}},
        SmallModel{"sam2.1-tiny-memory-encoder", {{"imgsz", 256}}},
        SmallModel{"edgetam-image-encoder", {{"imgsz", 256}}},
        SmallModel{"edgetam-image-decoder", {{"imgsz", 256}}},
        SmallModel{"edgetam-memory-attention", {{"imgsz", 256}}},
        SmallModel{"edgetam-memory-encoder", {{"imgsz", 256}}},
        SmallModel{
            "groot-dit",
            {{"batch", 1}, {"layers", 2}, {"heads", 4}, {"sa_tokens", 9}, {"vl_tokens", 13}}},
        SmallModel{"groot-backbone", {{"hidden", 256}, {"vocabulary", 512}, {"vision_width", 72}}}),
    [](const auto& each) {
      std::string name = each.param.name;
      std::ranges::replace_if(
          name, [](unsigned char c) { return !std::isalnum(c); }, '_');
      return name;
    });

TEST(ZooCost, OfEveryModelIsCompleteAndHasTheParametersThatItNames) {
  for (const auto* each : zoo_models()) {
    SCOPED_TRACE(each->name);
    const auto model = make_zoo_model(each->name);
    ASSERT_TRUE(model) << model.error().what;
    ShapeHints hints;
    for (const auto& input : model->graph.inputs)
      for (const auto& axis : input.axes)
        if (!axis.empty()) hints.axes[axis] = axis == "batch_size" ? 1 : 51;
    const auto cost = model_cost(*model, hints);
    ASSERT_TRUE(cost) << cost.error().what;
    for (const auto& unknown : cost->unknown) ADD_FAILURE() << unknown.node << ": " << unknown.why;
    EXPECT_EQ(cost->parameters, zoo_parameters(*model));
  }
}

}  // namespace
}  // namespace jetmeter
