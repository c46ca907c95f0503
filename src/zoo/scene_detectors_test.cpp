// The scene detectors through the real backends and the real pipeline: do they find what the
// generated scenes say is there?
#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <vector>

#include "jetmeter/backend.h"
#include "jetmeter/frames.h"
#include "jetmeter/pipeline.h"
#include "jetmeter/zoo.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

constexpr int kFrames = 200;
constexpr float kIou = 0.5F;

struct Case {
  std::string backend, scene;
};

struct Count {
  int found = 0, missed = 0, wrong = 0;
};

// Detections come best first; each takes the best free object of its class.
void count(std::span<const Detection> detections, std::span<const Truth> truth, Count& total) {
  std::vector<bool> taken(truth.size());
  for (const Detection& detection : detections) {
    std::size_t best = truth.size();
    float best_iou = kIou;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      if (taken[i] || truth[i].class_id != detection.class_id) continue;
      if (const float overlap = iou(truth[i].box, detection.box); overlap >= best_iou) {
        best = i;
        best_iou = overlap;
      }
    }
    if (best == truth.size()) {
      ++total.wrong;
    } else {
      taken[best] = true;
      ++total.found;
    }
  }
  total.missed += static_cast<int>(std::count(taken.begin(), taken.end(), false));
}

class SceneDetectors : public testing::TestWithParam<Case> {
 protected:
  // Opens everything; skips where the backend is not to be had.
  void SetUp() override {
    const auto path = dir_.path() / "model.onnx";
    dir_.write("model.onnx", build_zoo_model("scene-" + GetParam().scene).value());
    const auto choice = choose_backend(GetParam().backend, path);
    if (!choice) GTEST_SKIP() << choice.error().what;
    auto model = load_model(*choice, path, {.threads = 1, .device = "", .options = {}});
    ASSERT_TRUE(model) << model.error().what;
    const PipelineKind& detect = *pipeline_kinds().front();
    const PipelineOptions options;
    const auto shapes = detect.input_shapes((*model)->info(), options);
    ASSERT_TRUE(shapes) << shapes.error().what;
    auto session = (*model)->open(*shapes);
    ASSERT_TRUE(session) << session.error().what;
    session_ = std::move(*session);
    auto pipeline = detect.make((*model)->info(), *session_, options);
    ASSERT_TRUE(pipeline) << pipeline.error().what;
    pipeline_ = std::move(*pipeline);
  }

  Count run(const std::string& location, int frames) {
    const auto source = open_source("synthetic=" + location).value();
    Count total;
    Frame frame;
    for (int i = 0; i < frames; ++i) {
      EXPECT_TRUE(source->next(frame).value());
      pipeline_->preprocess(frame.image());
      EXPECT_TRUE(session_->run());
      count(pipeline_->postprocess(), frame.truth, total);
    }
    return total;
  }

  TempDir dir_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Pipeline> pipeline_;
};

void expect_reliable(const Count& total) {
  EXPECT_GE(total.found, 0.95 * (total.found + total.missed));  // recall
  EXPECT_GE(total.found, 0.95 * (total.found + total.wrong));   // precision
  EXPECT_GT(total.found, 0);
}

TEST_P(SceneDetectors, FindTheObjectsOfTheScene) {
  expect_reliable(run(GetParam().scene, kFrames));
}

TEST_P(SceneDetectors, FindThemInOtherCastsAndSizesToo) {
  Count total;
  for (const char* variant : {"#2", "#3", "#4", ":1280x720#5", ":512x640#6"}) {
    const Count part = run(GetParam().scene + variant, 40);
    total.found += part.found;
    total.missed += part.missed;
    total.wrong += part.wrong;
  }
  expect_reliable(total);
}

// Neither the grey of the letterbox nor an empty picture holds anything.
TEST_P(SceneDetectors, FindNothingInGrey) {
  for (const int grey : {0, 60, 114}) {
    const std::vector<std::uint8_t> pixels(std::size_t{640} * 360 * 3,
                                           static_cast<std::uint8_t>(grey));
    pipeline_->preprocess({pixels.data(), 640, 360, std::ptrdiff_t{640} * 3});
    ASSERT_TRUE(session_->run());
    EXPECT_TRUE(pipeline_->postprocess().empty()) << grey;
  }
}

TEST_P(SceneDetectors, TheirLabelsAreThoseOfTheScene) {
  const auto source = open_source("synthetic=" + GetParam().scene).value();
  EXPECT_EQ(pipeline_->info().labels, source->info().labels);
}

INSTANTIATE_TEST_SUITE_P(Backends, SceneDetectors,
                         testing::Values(Case{"onnxruntime", "rgb"}, Case{"onnxruntime", "thermal"},
                                         Case{"opencv_dnn", "rgb"}, Case{"opencv_dnn", "thermal"}),
                         [](const auto& instance) {
                           return instance.param.backend + "_" + instance.param.scene;
                         });

}  // namespace
}  // namespace jetmeter
