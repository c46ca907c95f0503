#include "inputs/picture.h"

#include <gmock/gmock.h>

#include <opencv2/imgcodecs.hpp>

#include "inputs/test_arrays.h"
#include "support/real_data.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint8_t kRed[] = {255, 0, 0};

// Two pixels beside each other: red, and (10, 20, 30).
std::filesystem::path two_pixels(const TempDir& dir) {
  cv::Mat picture(1, 2, CV_8UC3);
  picture.at<cv::Vec3b>(0, 0) = {kRed[2], kRed[1], kRed[0]};
  picture.at<cv::Vec3b>(0, 1) = {30, 20, 10};
  auto path = dir.path() / "two.png";
  cv::imwrite(path.string(), picture);
  return path;
}

std::string picture_error(const TensorSpec& spec, const std::filesystem::path& path) {
  const auto data = picture_tensor(spec, path);
  return data ? "no error" : data.error().what;
}

TEST(PictureLayout, IsFoundFromTheShape) {
  const auto of = [](Shape shape) {
    const auto layout = picture_layout(shape);
    if (!layout) return std::string("none");
    return std::to_string(layout->batch) + (layout->planar ? " NCHW " : " NHWC ") +
           std::to_string(layout->channels) + " " + std::to_string(layout->height) + "x" +
           std::to_string(layout->width);
  };
  EXPECT_EQ(of({1, 3, 480, 640}), "1 NCHW 3 480x640");
  EXPECT_EQ(of({8, 480, 640, 3}), "8 NHWC 3 480x640");
  EXPECT_EQ(of({1, 1, 28, 28}), "1 NCHW 1 28x28");
  EXPECT_EQ(of({1, 28, 28, 1}), "1 NHWC 1 28x28");
  EXPECT_EQ(of({3, 480, 640}), "1 NCHW 3 480x640");
  EXPECT_EQ(of({480, 640, 1}), "1 NHWC 1 480x640");
  EXPECT_EQ(of({1, 1, 640, 3}), "1 NHWC 3 1x640");
  EXPECT_EQ(of({1, 3, 3, 3}), "1 NCHW 3 3x3");
  for (const Shape& shape : {Shape{}, Shape{3}, Shape{3, 640}, Shape{1, 4, 640, 640},
                             Shape{1, 2, 3, 4, 3}, Shape{1, 3, 0, 640}, Shape{0, 3, 640, 640},
                             Shape{1, 3, INT64_MAX, 1}, Shape{1, 3, kDynamic, kDynamic}}) {
    EXPECT_EQ(of(shape), "none") << format_shape(shape);
  }
}

TEST(Picture, PlanesAndPixelsOfFloats) {
  const TempDir dir;
  const auto path = two_pixels(dir);
  const auto planar = picture_tensor({"x", ElementType::float32, {1, 3, 1, 2}}, path);
  ASSERT_TRUE(planar) << planar.error().what;
  const auto level = [](int i) { return static_cast<float>(i / 255.0); };
  EXPECT_THAT(values_of<float>(*planar),
              ElementsAre(1.0F, level(10), 0.0F, level(20), 0.0F, level(30)));
  const auto pixels = picture_tensor({"x", ElementType::float32, {1, 1, 2, 3}}, path);
  EXPECT_THAT(values_of<float>(pixels.value()),
              ElementsAre(1.0F, 0.0F, 0.0F, level(10), level(20), level(30)));
  const auto half = picture_tensor({"x", ElementType::float16, {3, 1, 2}}, path);
  EXPECT_EQ(values_of<std::uint16_t>(half.value())[0], 0x3C00);
}

TEST(Picture, BytesStayAsTheyAreAndFillTheWholeBatch) {
  const TempDir dir;
  const auto data = picture_tensor({"x", ElementType::uint8, {2, 1, 2, 3}}, two_pixels(dir));
  EXPECT_THAT(values_of<std::uint8_t>(data.value()),
              ElementsAre(255, 0, 0, 10, 20, 30, 255, 0, 0, 10, 20, 30));
}

TEST(Picture, OneChannelIsGrey) {
  const TempDir dir;
  // 0.299 R + 0.587 G + 0.114 B
  const auto data = picture_tensor({"x", ElementType::uint8, {1, 1, 1, 2}}, two_pixels(dir));
  EXPECT_THAT(values_of<std::uint8_t>(data.value()), ElementsAre(76, 18));
}

TEST(Picture, IsStretched) {
  const TempDir dir;
  const auto data = picture_tensor({"x", ElementType::uint8, {1, 2, 4, 3}}, two_pixels(dir));
  const auto values = values_of<std::uint8_t>(data.value());
  ASSERT_EQ(values.size(), 24U);
  // Half-pixel centres: red, 3/4 red, 1/4 red, the other.
  EXPECT_THAT((std::vector<int>{values[0], values[3], values[6], values[9]}),
              ElementsAre(255, 194, 71, 10));
  EXPECT_TRUE(std::equal(values.begin(), values.begin() + 12, values.begin() + 12));
}

TEST(Picture, SaysWhyTheInputIsNone) {
  const TempDir dir;
  const auto path = two_pixels(dir);
  EXPECT_THAT(picture_error({"x", ElementType::float32, {1, 512}}, path),
              HasSubstr("is 1x512, which is no picture's shape (3 or 1 channels before or after a "
                        "height and a width)"));
  EXPECT_THAT(picture_error({"x", ElementType::int64, {1, 3, 4, 4}}, path),
              HasSubstr("is int64: pictures are for floats and uint8"));
  EXPECT_THAT(picture_error({"x", ElementType::boolean, {1, 3, 4, 4}}, path),
              HasSubstr("pictures are for floats and uint8"));
}

TEST(Picture, SaysWhatIsWrongWithTheFile) {
  const TempDir dir;
  const TensorSpec input{"x", ElementType::float32, {1, 3, 4, 4}};
  EXPECT_THAT(picture_error(input, dir.write("a.jpg", "")), HasSubstr("a.jpg' is an empty file"));
  EXPECT_THAT(picture_error(input, dir.write("b.jpg", "no picture")),
              HasSubstr("was to be a picture: '" + dir.path().string() +
                        "/b.jpg' is no picture that can be decoded"));
  EXPECT_THAT(picture_error(input, dir.path()), HasSubstr("is a folder, not a file"));
  EXPECT_THAT(picture_error(input, dir.path() / "c.jpg"), HasSubstr("c.jpg' does not exist"));
}

TEST(Picture, ARealPhotoFillsADetectorsInput) {
  const auto photo = real_data("images/rgb/bus.jpg");
  JM_SKIP_WITHOUT(photo);
  const auto data = picture_tensor({"images", ElementType::float32, {1, 3, 640, 640}}, photo);
  ASSERT_TRUE(data) << data.error().what;
  const auto values = values_of<float>(*data);
  ASSERT_EQ(values.size(), 1228800U);
  double sum = 0;
  for (const float value : values) {
    ASSERT_GE(value, 0);
    ASSERT_LE(value, 1);
    sum += value;
  }
  const double mean = sum / static_cast<double>(values.size());
  EXPECT_GT(mean, 0.3);
  EXPECT_LT(mean, 0.6);
}

}  // namespace
}  // namespace jetmeter
