#include "jetmeter/tensor.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace jetmeter {
namespace {

float widened(std::uint16_t half) {
  std::array<float, 1> out{};
  to_float(std::array{half}, out);
  return out[0];
}

std::uint16_t narrowed(float value) {
  std::array<std::uint16_t, 1> out{};
  to_half(std::array{value}, out);
  return out[0];
}

TEST(Half, HoldsTheValuesOfTheStandardsTable) {
  EXPECT_EQ(widened(0x3C00), 1.0F);
  EXPECT_EQ(widened(0xC000), -2.0F);
  EXPECT_EQ(widened(0x7BFF), 65504.0F);
  EXPECT_EQ(widened(0x0400), 0x1p-14F);
  EXPECT_EQ(widened(0x0001), 0x1p-24F);
  EXPECT_EQ(widened(0x7C00), std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(widened(0x7E00)));
}

TEST(Half, EveryPatternSurvivesTheWayThereAndBack) {
  for (std::uint32_t half = 0; half < 0x10000; ++half) {
    const auto bits = static_cast<std::uint16_t>(half);
    if (std::isnan(widened(bits))) continue;
    ASSERT_EQ(narrowed(widened(bits)), bits) << half;
  }
}

TEST(Half, RoundsToNearestAndTiesToEven) {
  EXPECT_EQ(narrowed(1.0F + 0x1p-11F), 0x3C00);      // tie, even below
  EXPECT_EQ(narrowed(1.0F + 3 * 0x1p-11F), 0x3C02);  // tie, even above
  EXPECT_EQ(narrowed(1.0F + 0x1p-11F + 0x1p-20F), 0x3C01);
  EXPECT_EQ(narrowed(65519.0F), 0x7BFF);
  EXPECT_EQ(narrowed(65520.0F), 0x7C00);
  EXPECT_EQ(narrowed(0x1p-25F), 0x0000);  // tie with zero
  EXPECT_EQ(narrowed(0x1.8p-25F), 0x0001);
  EXPECT_TRUE(std::isnan(widened(narrowed(std::nanf("")))));
}

TEST(Shape, PrintsDynamicAxesAndCountsOnlyConcreteOnes) {
  EXPECT_EQ(format_shape(Shape{1, 3, kDynamic, 640}), "1x3x?x640");
  EXPECT_EQ(format_shape(Shape{}), "scalar");
  EXPECT_EQ(element_count(Shape{1, 84, 8400}), 705600);
  EXPECT_EQ(element_count(Shape{}), 1);
  EXPECT_EQ(element_count(Shape{kDynamic, 3}), 0);
}

TEST(ElementType, HasOnnxsNumber) {
  EXPECT_EQ(from_onnx(1), ElementType::float32);
  EXPECT_EQ(from_onnx(2), ElementType::uint8);
  EXPECT_EQ(from_onnx(9), ElementType::boolean);
  EXPECT_EQ(from_onnx(10), ElementType::float16);
  EXPECT_EQ(from_onnx(16), ElementType::bfloat16);
  for (const int unnamed : {0, 8, 14, 15, 17, 23, -1, std::numeric_limits<int>::max()})
    EXPECT_EQ(from_onnx(unnamed), ElementType::other) << unnamed;
  for (int i = 0; i < static_cast<int>(ElementType::other); ++i) {
    const auto type = static_cast<ElementType>(i);
    EXPECT_EQ(from_onnx(to_onnx(type)), type) << name(type);
  }
  EXPECT_EQ(to_onnx(ElementType::other), 0);
}

}  // namespace
}  // namespace jetmeter
