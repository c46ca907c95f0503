#include "pipelines/model_input.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ModelInfo with_input(Shape shape, ElementType type = ElementType::float32) {
  ModelInfo info;
  info.inputs.push_back({"images", type, std::move(shape)});
  return info;
}

TEST(InputShape, IsTheModelsOwnWhereItIsFixed) {
  EXPECT_THAT(*input_shape(with_input({1, 3, 416, 320}), {}), ElementsAre(1, 3, 416, 320));
  EXPECT_THAT(*input_shape(with_input({1, 3, 416, 320}), {.image_size = 416}),
              ElementsAre(1, 3, 416, 320));
}

TEST(InputShape, OfAFixedModelIsNoOther) {
  const auto refused = input_shape(with_input({1, 3, 416, 320}), {.image_size = 320});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what,
            "an image size of 320 was asked for, but input images is 1x3x416x320 float32: its "
            "416x320 pixels are fixed; leave --imgsz out, or export the model with open axes or at "
            "320");
}

TEST(InputShape, FillsOpenAxesFromTheOptions) {
  const auto shape =
      input_shape(with_input({kDynamic, kDynamic, kDynamic, kDynamic}, ElementType::float16),
                  {.image_size = 320});
  EXPECT_THAT(*shape, ElementsAre(1, 3, 320, 320));
}

TEST(InputShape, TakesTheMetadatasSizeWhenNobodyAskedForAnother) {
  auto info = with_input({1, 3, kDynamic, kDynamic});
  info.metadata["imgsz"] = "[384, 672]";
  EXPECT_THAT(*input_shape(info, {}), ElementsAre(1, 3, 384, 672));
  EXPECT_THAT(*input_shape(info, {.image_size = 320}), ElementsAre(1, 3, 320, 320));
  EXPECT_THAT(*input_shape(info, {.image_size = kDefaultImageSize}), ElementsAre(1, 3, 640, 640));
  info.metadata["imgsz"] = "large";
  EXPECT_THAT(*input_shape(info, {}), ElementsAre(1, 3, 640, 640));
}

std::string refusal(const ModelInfo& info, const PipelineOptions& options = {}) {
  const auto shape = input_shape(info, options);
  return shape ? "accepted" : shape.error().what;
}

TEST(InputShape, SaysWhatDoesNotFit) {
  EXPECT_THAT(refusal(with_input({1, 640, 640, 3})), HasSubstr("channels last"));
  EXPECT_THAT(refusal(with_input({1, 1, 640, 640})), HasSubstr("3 channels"));
  EXPECT_THAT(refusal(with_input({8, 3, 640, 640})), HasSubstr("batch 1"));
  EXPECT_THAT(refusal(with_input({1, 512})), HasSubstr("input images is 1x512 float32"));
  EXPECT_THAT(refusal(with_input({1, 3, 640, 640}, ElementType::uint8)), HasSubstr("uint8"));
  EXPECT_THAT(refusal(ModelInfo{}), HasSubstr("0 inputs"));
  EXPECT_THAT(refusal(with_input({1, 3, kDynamic, kDynamic}), {.image_size = -5}),
              HasSubstr("image size of -5"));
}

}  // namespace
}  // namespace jetmeter
