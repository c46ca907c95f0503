// The output of a YOLO head into detections.
#include <benchmark/benchmark.h>

#include <opencv2/core.hpp>
#include <opencv2/dnn.hpp>
#include <random>
#include <vector>

#include "jetmeter/pipeline.h"
#include "pipelines/nms.h"

namespace jetmeter {
namespace {

constexpr int kClasses = 80;
constexpr int kRows = 4 + kClasses;
constexpr int kAnchors = 8400;
constexpr float kConfidence = 0.25F;
constexpr float kIou = 0.45F;

// Forty objects that ten anchors each have found, before a background of low scores.
std::vector<float> street_scene() {
  std::mt19937 rng(3);
  std::uniform_real_distribution<float> at(50, 590), extent(20, 150), jitter(-4, 4);
  std::uniform_real_distribution<float> low(0, 0.05F), high(0.3F, 0.95F);
  std::uniform_int_distribution<std::size_t> anchor(0, kAnchors - 1), class_id(0, kClasses - 1);
  std::vector<float> values(std::size_t{kRows} * kAnchors);
  const auto value = [&](std::size_t row, std::size_t column) -> float& {
    return values[row * kAnchors + column];
  };
  for (std::size_t i = 0; i < kAnchors; ++i) {
    for (std::size_t row = 0; row < 4; ++row) value(row, i) = row < 2 ? at(rng) : extent(rng);
    for (std::size_t row = 4; row < kRows; ++row) value(row, i) = low(rng);
  }
  for (int object = 0; object < 40; ++object) {
    const float x = at(rng), y = at(rng), width = extent(rng), height = extent(rng);
    const auto row = 4 + class_id(rng);
    for (int found = 0; found < 10; ++found) {
      const auto i = anchor(rng);
      value(0, i) = x + jitter(rng);
      value(1, i) = y + jitter(rng);
      value(2, i) = width;
      value(3, i) = height;
      value(row, i) = high(rng);
    }
  }
  return values;
}

const Head& yolo() {
  for (const auto* head : heads())
    if (head->name == "yolo") return *head;
  std::abort();
}

class Ours {
 public:
  Ours() {
    const std::vector<TensorSpec> outputs{{"output0", ElementType::float32, {1, kRows, kAnchors}}};
    decoder_ = std::move(*yolo().bind({640, 640, outputs}));
    candidates_.boxes.reserve(kAnchors);
    candidates_.scores.reserve(kAnchors);
    candidates_.classes.reserve(kAnchors);
  }

  std::size_t detect(const std::vector<float>& values) {
    const std::span<const float> view = values;
    candidates_.clear();
    decoder_->decode({&view, 1}, kConfidence, candidates_);
    return suppression_.run(candidates_).size();
  }

 private:
  std::unique_ptr<HeadDecoder> decoder_;
  Candidates candidates_;
  NonMaximumSuppression suppression_{{kIou, 300}, {kAnchors, kClasses}};
};

// As the examples for OpenCV's dnn module do it; the offset keeps the classes apart.
std::size_t theirs_detect(std::vector<float>& values) {
  constexpr int kOffset = 7680;
  const cv::Mat by_value(kRows, kAnchors, CV_32F, values.data());
  cv::Mat rows;
  cv::transpose(by_value, rows);
  std::vector<cv::Rect2d> boxes;
  std::vector<float> scores;
  std::vector<int> classes;
  for (int i = 0; i < rows.rows; ++i) {
    const cv::Mat row = rows.row(i);
    cv::Point best;
    double score = 0;
    cv::minMaxLoc(row.colRange(4, kRows), nullptr, &score, nullptr, &best);
    if (!(score > kConfidence)) continue;
    const auto* box = row.ptr<float>();
    boxes.emplace_back(box[0] - box[2] / 2 + static_cast<float>(best.x * kOffset),
                       box[1] - box[3] / 2, box[2], box[3]);
    scores.push_back(static_cast<float>(score));
    classes.push_back(best.x);
  }
  std::vector<int> kept;
  cv::dnn::NMSBoxes(boxes, scores, kConfidence, kIou, kept);
  return kept.size();
}

void ours(benchmark::State& state) {
  auto values = street_scene();
  Ours detector;
  if (detector.detect(values) != theirs_detect(values))
    return state.SkipWithError("ours and theirs find different numbers of objects");
  for (auto _ : state) benchmark::DoNotOptimize(detector.detect(values));
}

void theirs(benchmark::State& state) {
  auto values = street_scene();
  for (auto _ : state) benchmark::DoNotOptimize(theirs_detect(values));
}

BENCHMARK(ours)->Name("decode + NMS of 84x8400/ours");
BENCHMARK(theirs)->Name("decode + NMS of 84x8400/theirs");

}  // namespace
}  // namespace jetmeter
