// A frame of a camera into the input of a detector.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "pipelines/image_to_tensor.h"

namespace jetmeter {
namespace {

struct Geometry {
  Size frame, input;
};

cv::Mat frame_of(Size size) {
  cv::Mat frame(size.height, size.width, CV_8UC3);
  cv::RNG rng(7);
  rng.fill(frame, cv::RNG::UNIFORM, 0, 256);
  cv::GaussianBlur(frame, frame, {9, 9}, 0);
  return frame;
}

void ours(benchmark::State& state, Geometry geometry) {
  const auto frame = frame_of(geometry.frame);
  const Image image{frame.data, frame.cols, frame.rows, static_cast<std::ptrdiff_t>(frame.step)};
  const auto [width, height] = geometry.input;
  std::vector<float> tensor(3 * static_cast<std::size_t>(width * height));
  const TensorView view{ElementType::float32, {}, tensor.data(), 4 * tensor.size()};
  ImageToTensor converter({}, geometry.input, ElementType::float32);
  for (auto _ : state) {
    converter.convert(image, view);
    benchmark::ClobberMemory();
  }
}

// With every buffer kept from frame to frame.
void theirs(benchmark::State& state, Geometry geometry) {
  const auto frame = frame_of(geometry.frame);
  const auto [width, height] = geometry.input;
  const auto placed = place(Fit::letterbox, geometry.frame, geometry.input);
  cv::Mat scaled, bordered, blob;
  for (auto _ : state) {
    cv::resize(frame, scaled, {placed.scaled.width, placed.scaled.height});
    cv::copyMakeBorder(scaled, bordered, placed.top, height - placed.top - placed.scaled.height,
                       placed.left, width - placed.left - placed.scaled.width, cv::BORDER_CONSTANT,
                       {114, 114, 114});
    cv::dnn::blobFromImage(bordered, blob, 1.0 / 255, {}, {}, true);
    benchmark::ClobberMemory();
  }
}

const int kRegistered = [] {
  for (const auto& geometry :
       {Geometry{{1920, 1080}, {640, 640}}, Geometry{{1280, 720}, {640, 640}},
        Geometry{{1280, 720}, {416, 416}}, Geometry{{1920, 1200}, {640, 640}},
        Geometry{{500, 375}, {640, 640}}}) {
    const auto name =
        fmt::format("letterbox {}x{} to {}x{}", geometry.frame.width, geometry.frame.height,
                    geometry.input.width, geometry.input.height);
    benchmark::RegisterBenchmark((name + "/ours").c_str(), ours, geometry);
    benchmark::RegisterBenchmark((name + "/theirs").c_str(), theirs, geometry);
  }
  return 0;
}();

}  // namespace
}  // namespace jetmeter
