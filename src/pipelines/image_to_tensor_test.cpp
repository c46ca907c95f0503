#include "pipelines/image_to_tensor.h"

#include <gmock/gmock.h>

#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <random>

namespace jetmeter {
namespace {

constexpr float kOneLevel = 1.0F / 255 + 1e-6F;

Image view(const cv::Mat& frame) {
  return {frame.data, frame.cols, frame.rows, static_cast<std::ptrdiff_t>(frame.step)};
}

cv::Mat noise(Size size) {
  cv::Mat frame(size.height, size.width, CV_8UC3);
  cv::RNG rng(static_cast<std::uint64_t>(size.width * 10007 + size.height));
  rng.fill(frame, cv::RNG::UNIFORM, 0, 256);
  return frame;
}

cv::Mat gradient(Size size) {
  cv::Mat frame(size.height, size.width, CV_8UC3);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      frame.at<cv::Vec3b>(y, x) = {static_cast<std::uint8_t>(x * 255 / size.width),
                                   static_cast<std::uint8_t>(y * 255 / size.height),
                                   static_cast<std::uint8_t>((x + y) % 256)};
  return frame;
}

// What a user of OpenCV writes.
cv::Mat with_opencv(const cv::Mat& frame, Fit fit, Size input) {
  const auto placed = place(fit, {frame.cols, frame.rows}, input);
  cv::Mat scaled, bordered;
  cv::resize(frame, scaled, {placed.scaled.width, placed.scaled.height}, 0, 0, cv::INTER_LINEAR);
  cv::copyMakeBorder(scaled, bordered, placed.top, input.height - placed.top - placed.scaled.height,
                     placed.left, input.width - placed.left - placed.scaled.width,
                     cv::BORDER_CONSTANT, {114, 114, 114});
  return cv::dnn::blobFromImage(bordered, 1.0 / 255, {}, {}, true);
}

std::size_t elements(Size input) {
  return 3 * static_cast<std::size_t>(input.width) * static_cast<std::size_t>(input.height);
}

std::vector<float> converted(ImageToTensor& converter, const cv::Mat& frame, Size input) {
  std::vector<float> tensor(elements(input), -1.0F);
  converter.convert(view(frame), {ElementType::float32, {}, tensor.data(), 4 * tensor.size()});
  return tensor;
}

float largest_difference(const std::vector<float>& tensor, const cv::Mat& blob) {
  const auto* want = blob.ptr<float>();
  float largest = 0;
  for (std::size_t i = 0; i < tensor.size(); ++i)
    largest = std::max(largest, std::abs(tensor[i] - want[i]));
  return largest;
}

// None with the code that OpenCV runs on x86-64; its builds for other machines round here and there
// in another way. Without the rounding nearly all would differ.
double share_of_different(const std::vector<float>& tensor, const cv::Mat& blob) {
  const auto* want = blob.ptr<float>();
  std::size_t different = 0;
  for (std::size_t i = 0; i < tensor.size(); ++i)
    different += std::abs(tensor[i] - want[i]) > 1e-6F ? 1U : 0U;
  return static_cast<double>(different) / static_cast<double>(tensor.size());
}

struct Sizes {
  Size image, input;
};

class AgainstOpenCv : public testing::TestWithParam<Sizes> {};

TEST_P(AgainstOpenCv, IsWithinOneLevelForEveryFit) {
  const auto [image, input] = GetParam();
  for (const auto fit : {Fit::letterbox, Fit::letterbox_top_left, Fit::stretch}) {
    ImageToTensor converter({.fit = fit}, input, ElementType::float32);
    for (const auto& frame : {noise(image), gradient(image)}) {
      const auto tensor = converted(converter, frame, input);
      const auto want = with_opencv(frame, fit, input);
      EXPECT_LE(largest_difference(tensor, want), kOneLevel) << "fit " << static_cast<int>(fit);
      EXPECT_LE(share_of_different(tensor, want), 0.15) << "fit " << static_cast<int>(fit);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, AgainstOpenCv,
    testing::Values(Sizes{{1920, 1080}, {640, 640}}, Sizes{{1280, 720}, {640, 640}},
                    Sizes{{1280, 720}, {416, 416}}, Sizes{{810, 1080}, {640, 640}},
                    Sizes{{500, 375}, {416, 416}}, Sizes{{333, 499}, {320, 320}},
                    Sizes{{640, 640}, {640, 640}}, Sizes{{97, 61}, {640, 640}},
                    Sizes{{640, 427}, {640, 640}}, Sizes{{1, 1}, {64, 64}}, Sizes{{2, 1}, {64, 32}},
                    Sizes{{1, 7}, {64, 64}}, Sizes{{3, 3}, {64, 64}}, Sizes{{3000, 2}, {64, 64}},
                    Sizes{{5, 2000}, {64, 64}}, Sizes{{641, 359}, {320, 192}},
                    Sizes{{1023, 767}, {672, 384}}));

TEST(ImageToTensor, ReadsRowsThatLieApart) {
  const cv::Mat whole = noise({300, 200});
  const cv::Mat part = whole(cv::Rect(17, 11, 201, 133));
  const Size input{128, 128};
  ImageToTensor converter({}, input, ElementType::float32);
  EXPECT_EQ(converted(converter, part, input), converted(converter, part.clone(), input));
}

TEST(ImageToTensor, FollowsFramesThatChangeTheirSize) {
  const Size input{96, 96};
  ImageToTensor converter({}, input, ElementType::float32);
  const auto first = noise({200, 100}), second = noise({100, 200});
  const auto before = converted(converter, first, input);
  EXPECT_LE(largest_difference(converted(converter, second, input),
                               with_opencv(second, Fit::letterbox, input)),
            kOneLevel);
  EXPECT_EQ(converted(converter, first, input), before);
}

// Two frames of one size must not share rows.
TEST(ImageToTensor, ForgetsTheRowsOfTheLastFrame) {
  const Size input{64, 64};
  ImageToTensor converter({}, input, ElementType::float32);
  converted(converter, cv::Mat(2, 64, CV_8UC3, cv::Scalar(10, 10, 10)), input);
  const auto tensor =
      converted(converter, cv::Mat(2, 64, CV_8UC3, cv::Scalar(200, 200, 200)), input);
  EXPECT_FLOAT_EQ(tensor[31 * 64], 200.0F / 255);
}

TEST(ImageToTensor, NormalisesInTheOrderOfTheTensorsChannels) {
  const cv::Mat frame(2, 4, CV_8UC3, cv::Scalar(10, 20, 30));  // blue, green, red
  const Size input{4, 4};
  Preprocess p{.channels = Channels::rgb, .scale = 2, .mean = {1, 2, 3}, .stdev = {10, 100, 5}};
  ImageToTensor rgb(p, input, ElementType::float32);
  const auto tensor = converted(rgb, frame, input);
  EXPECT_FLOAT_EQ(tensor[4], (30 * 2 - 1) / 10.0F);
  EXPECT_FLOAT_EQ(tensor[16 + 4], (20 * 2 - 2) / 100.0F);
  EXPECT_FLOAT_EQ(tensor[32 + 4], (10 * 2 - 3) / 5.0F);
  EXPECT_FLOAT_EQ(tensor[0], (114 * 2 - 1) / 10.0F);  // the border

  p.channels = Channels::bgr;
  ImageToTensor bgr(p, input, ElementType::float32);
  EXPECT_FLOAT_EQ(converted(bgr, frame, input)[4], (10 * 2 - 1) / 10.0F);
}

TEST(ImageToTensor, WritesHalvesThatAreTheRoundedFloats) {
  const Size input{64, 48};
  const auto frame = noise({50, 70});
  ImageToTensor in_floats({}, input, ElementType::float32);
  const auto floats = converted(in_floats, frame, input);
  std::vector<std::uint16_t> want(floats.size()), got(floats.size());
  to_half(floats, want);
  ImageToTensor in_halves({}, input, ElementType::float16);
  in_halves.convert(view(frame), {ElementType::float16, {}, got.data(), 2 * got.size()});
  EXPECT_EQ(got, want);
}

TEST(Taps, SampleAtHalfPixelCentres) {
  const auto whole = column_tap(0, {6, 2});  // centre 1.0 of three pixels
  EXPECT_EQ(whole.first, 1);
  EXPECT_EQ(whole.weight, 0);
  const auto quarter = column_tap(1, {2, 4});  // centre 0.25
  EXPECT_EQ(quarter.first, 0);
  EXPECT_EQ(quarter.second, 1);
  EXPECT_EQ(quarter.weight, kWeightOne / 4);
  const auto before = column_tap(0, {2, 4});
  EXPECT_EQ(before.first, 0);
  EXPECT_EQ(before.second, 0);
  EXPECT_EQ(before.weight, 0);
  EXPECT_EQ(row_tap(0, {2, 4}).second, 0);
  EXPECT_EQ(row_tap(0, {2, 4}).weight, kWeightOne * 3 / 4);
  EXPECT_EQ(row_tap(3, {2, 4}).first, 1);
}

}  // namespace
}  // namespace jetmeter
