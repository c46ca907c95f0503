// The real detectors on real photos. The numbers are those of an independent evaluator.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <opencv2/imgcodecs.hpp>

#include "jetmeter/accuracy.h"
#include "jetmeter/backend.h"
#include "jetmeter/pipeline.h"
#include "support/real_data.h"

namespace jetmeter {
namespace {

namespace fs = std::filesystem;

class Detector {
 public:
  static Result<Detector> open(const fs::path& path, const PipelineOptions& options) {
    Detector d;
    auto model = choose_backend("auto", path).and_then([&](const BackendChoice& choice) {
      return load_model(choice, path, {});
    });
    if (!model) return tl::make_unexpected(model.error());
    d.model_ = *model;
    const auto& kind = *pipeline_kinds().front();
    auto shapes = kind.input_shapes(d.model_->info(), options);
    if (!shapes) return tl::make_unexpected(shapes.error());
    auto session = d.model_->open(*shapes);
    if (!session) return tl::make_unexpected(session.error());
    d.session_ = std::move(*session);
    auto pipeline = kind.make(d.model_->info(), *d.session_, options);
    if (!pipeline) return tl::make_unexpected(pipeline.error());
    d.pipeline_ = std::move(*pipeline);
    return d;
  }

  std::span<const Detection> find(const cv::Mat& frame) {
    pipeline_->preprocess(
        {frame.data, frame.cols, frame.rows, static_cast<std::ptrdiff_t>(frame.step)});
    const auto done = session_->run();
    EXPECT_TRUE(done) << done.error().what;
    return pipeline_->postprocess();
  }
  const PipelineInfo& info() const { return pipeline_->info(); }

 private:
  std::shared_ptr<Model> model_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Pipeline> pipeline_;
};

struct Expected {
  const char* file;
  const char* head;
  double map50;
};

void PrintTo(const Expected& expected, std::ostream* out) {
  *out << expected.file;
}

class RealModel : public testing::TestWithParam<Expected> {};

TEST_P(RealModel, ReachesItsKnownAccuracy) {
  const auto model = real_data("models/detectors") / GetParam().file;
  const auto photos = real_data("images/voc50");
  JM_SKIP_WITHOUT(model);
  JM_SKIP_WITHOUT(photos);
  auto detector = Detector::open(model, {.confidence = 0.05F, .iou = 0.6F});
  ASSERT_TRUE(detector) << detector.error().what;
  EXPECT_EQ(detector->info().head, GetParam().head);
  const auto truth = read_ground_truth(photos / "labels", detector->info().labels);
  ASSERT_TRUE(truth) << truth.error().what;
  std::vector<ImageResult> results;
  for (const auto& entry : fs::directory_iterator(photos / "images")) {
    const auto frame = cv::imread(entry.path().string());
    const auto found = detector->find(frame);
    const auto* objects = truth->find(entry.path().filename().string());
    ASSERT_NE(objects, nullptr) << entry.path();
    results.push_back({{found.begin(), found.end()}, objects->in_pixels(frame.cols, frame.rows)});
  }
  ASSERT_EQ(results.size(), 50U);
  const auto accuracy = evaluate(results, {});
  ASSERT_TRUE(accuracy.map50);
  EXPECT_NEAR(*accuracy.map50, GetParam().map50, 0.015);
}

INSTANTIATE_TEST_SUITE_P(Detectors, RealModel,
                         testing::Values(Expected{"yolov8n_int8_640.onnx", "yolo", 0.801},
                                         Expected{"yolo11n_int8_320.onnx", "yolo", 0.780},
                                         Expected{"yolox_nano_416.onnx", "yolox", 0.760},
                                         Expected{"nanodet_m_416.onnx", "nanodet", 0.752}));

TEST(RealPhoto, BusAndItsPassengersAreWhereUltralyticsFindsThem) {
  const auto model = real_data("models/detectors/yolov8n_int8_640.onnx");
  const auto photo = real_data("images/rgb/bus.jpg");
  JM_SKIP_WITHOUT(model);
  JM_SKIP_WITHOUT(photo);
  auto detector = Detector::open(model, {.confidence = 0.25F, .iou = 0.45F});
  ASSERT_TRUE(detector) << detector.error().what;
  const auto found = detector->find(cv::imread(photo.string()));
  const auto hits = [&](const char* label, const std::vector<Box>& boxes) {
    return std::count_if(boxes.begin(), boxes.end(), [&](const Box& box) {
      return std::any_of(found.begin(), found.end(), [&](const Detection& d) {
        return detector->info().labels[static_cast<std::size_t>(d.class_id)] == label &&
               iou(d.box, box) >= 0.8F;
      });
    });
  };
  EXPECT_EQ(hits("bus", {{4, 229, 796, 728}}), 1);
  EXPECT_GE(
      hits("person",
           {{671, 395, 810, 879}, {47, 400, 239, 904}, {223, 409, 344, 860}, {0, 556, 69, 872}}),
      3);
}

}  // namespace
}  // namespace jetmeter
