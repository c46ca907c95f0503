#include <gmock/gmock.h>

#include "jetmeter/frames.h"
#include "jetmeter/pipeline.h"
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

// Through the real pipeline, at its own confidence of 0.25 and with its own suppression.
TEST(Yolo11n, PhotosGiveSomeBoxesAndNotThousands) {
  const auto photos = real_data("images/rgb");
  JM_SKIP_WITHOUT(photos);
  const TempDir dir;
  const auto path = dir.path() / "model.onnx";
  ASSERT_TRUE(write_onnx(make_zoo_model("yolo11n").value(), path));
  const auto choice = choose_backend("onnxruntime", path);
  if (!choice) GTEST_SKIP() << choice.error().what;
  const auto model =
      load_model(*choice, path, {.threads = 2, .device = "cpu", .options = {}}).value();
  const PipelineKind& detect = *pipeline_kinds().front();
  const auto shapes = detect.input_shapes(model->info(), {}).value();
  const auto session = model->open(shapes).value();
  const auto pipeline = detect.make(model->info(), *session, {}).value();
  const auto source = open_source("image_dir=" + photos.string()).value();
  Frame frame;
  std::size_t boxes = 0, frames = 0;
  for (; frames < 3 && source->next(frame).value(); ++frames) {
    pipeline->preprocess(frame.image());
    ASSERT_TRUE(session->run());
    boxes += pipeline->postprocess().size();
  }
  ASSERT_GT(frames, 0U);
  EXPECT_GE(boxes, frames);
  EXPECT_LE(boxes, 100 * frames);
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
