#include "quantize/integers.h"

#include <gmock/gmock.h>

#include "quantize/wildcard.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::FloatEq;

TEST(IntegerGrid, IsAsymmetricForOnnxRuntime) {
  const auto grid = grid_of({-1, 4.1F}, QuantizeTarget::onnxruntime);
  EXPECT_EQ(grid.type, ElementType::uint8);
  EXPECT_FLOAT_EQ(grid.scale, 0.02F);
  EXPECT_EQ(grid.zero, 50);
}

TEST(IntegerGrid, HoldsZeroAlways) {
  EXPECT_EQ(grid_of({2, 5.1F}, QuantizeTarget::onnxruntime).zero, 0);
  EXPECT_FLOAT_EQ(grid_of({2, 5.1F}, QuantizeTarget::onnxruntime).scale, 0.02F);
  EXPECT_EQ(grid_of({-5.1F, -2}, QuantizeTarget::onnxruntime).zero, 255);
}

TEST(IntegerGrid, IsSymmetricForTensorRt) {
  const auto grid = grid_of({-12.7F, 4}, QuantizeTarget::tensorrt);
  EXPECT_EQ(grid.type, ElementType::int8);
  EXPECT_FLOAT_EQ(grid.scale, 0.1F);
  EXPECT_EQ(grid.zero, 0);
}

TEST(IntegerGrid, HasAScaleWhereNothingVaries) {
  EXPECT_EQ(grid_of({0, 0}, QuantizeTarget::onnxruntime).scale, 1);
  EXPECT_EQ(grid_of({0, 0}, QuantizeTarget::tensorrt).scale, 1);
}

TEST(IntegerWeight, HasAScalePerChannelAlongItsAxis) {
  const std::vector<float> values{1.27F, 2.54F, -0.635F, 0};  // 2 x 2
  const auto rows = integer_weight(values, layout_of({2, 2}, 0), false, {});
  EXPECT_THAT(rows.scales, ElementsAre(FloatEq(0.02F), FloatEq(0.005F)));
  EXPECT_THAT(rows.values, ElementsAre(64, 127, -127, 0));
  const auto columns = integer_weight(values, layout_of({2, 2}, 1), false, {});
  EXPECT_THAT(columns.scales, ElementsAre(FloatEq(0.01F), FloatEq(0.02F)));
  EXPECT_THAT(columns.values, ElementsAre(127, 127, -64, 0));
  const auto whole = integer_weight(values, layout_of({2, 2}, std::nullopt), false, {});
  EXPECT_THAT(whole.scales, ElementsAre(FloatEq(0.02F)));
}

TEST(IntegerWeight, KeepsToSevenBitsWhereAsked) {
  const std::vector<float> values{0.63F, -0.63F};
  EXPECT_THAT(integer_weight(values, layout_of({2}, std::nullopt), true, {}).values,
              ElementsAre(63, -63));
}

TEST(IntegerWeight, LeavesRoomForTheBiasOfAChannelOfZeros) {
  const std::vector<float> values{0, 0, 1.27F, 0};
  const std::vector<float> least{least_scale(5, 0.01F), 0};
  const auto weight = integer_weight(values, layout_of({2, 2}, 0), false, least);
  EXPECT_LE(5 / (0.01F * weight.scales[0]), static_cast<float>(1 << 30) * 1.001F);
  EXPECT_FLOAT_EQ(weight.scales[1], 0.01F);
}

TEST(Wildcard, FitsTheWholeText) {
  EXPECT_TRUE(fits_wildcard("Conv_*", "Conv_12"));
  EXPECT_TRUE(fits_wildcard("*head*cls?", "model/head.0/cls1"));
  EXPECT_TRUE(fits_wildcard("*", ""));
  EXPECT_FALSE(fits_wildcard("Conv", "Conv_12"));
  EXPECT_FALSE(fits_wildcard("conv_?", "conv_"));
  EXPECT_FALSE(fits_wildcard("", "a"));
}

}  // namespace
}  // namespace jetmeter
