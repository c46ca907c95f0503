#include "inputs/convert.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "inputs/elements.h"
#include "inputs/test_arrays.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;

TEST(Convertible, WithinAFamily) {
  EXPECT_TRUE(convertible(ElementType::float16, ElementType::float64));
  EXPECT_TRUE(convertible(ElementType::float32, ElementType::bfloat16));
  EXPECT_TRUE(convertible(ElementType::int64, ElementType::uint8));
  EXPECT_TRUE(convertible(ElementType::boolean, ElementType::boolean));
  EXPECT_FALSE(convertible(ElementType::float32, ElementType::int32));
  EXPECT_FALSE(convertible(ElementType::uint8, ElementType::float32));
  EXPECT_FALSE(convertible(ElementType::boolean, ElementType::uint8));
  EXPECT_FALSE(convertible(ElementType::uint8, ElementType::boolean));
}

TEST(Convert, FloatsAreRoundedToNearestEven) {
  const auto wide = tensor_of<double>(ElementType::float64, {4}, {1, -2.5, 0.1, 65504}, "x");
  const auto half = convert(wide, ElementType::float16).value();
  EXPECT_EQ(half.spec.name, "x");
  EXPECT_EQ(half.spec.type, ElementType::float16);
  EXPECT_THAT(values_of<std::uint16_t>(half), ElementsAre(0x3C00, 0xC100, 0x2E66, 0x7BFF));
  EXPECT_THAT(values_of<float>(convert(half, ElementType::float32).value()),
              ElementsAre(1.0F, -2.5F, 0x1.998p-4F, 65504.0F));
  EXPECT_THAT(values_of<float>(convert(wide, ElementType::float32).value()),
              ElementsAre(1.0F, -2.5F, 0.1F, 65504.0F));
  EXPECT_THAT(values_of<std::uint16_t>(convert(wide, ElementType::bfloat16).value()),
              ElementsAre(0x3F80, 0xC020, 0x3DCD, 0x4780));
}

TEST(Convert, InfinityAndNanStayWhatTheyAre) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  const auto wide = tensor_of<double>(ElementType::float64, {3}, {kInf, -kInf, NAN});
  for (const auto type : {ElementType::float32, ElementType::float16, ElementType::bfloat16}) {
    const auto back =
        values_of<double>(convert(convert(wide, type).value(), ElementType::float64).value());
    EXPECT_EQ(back[0], kInf) << name(type);
    EXPECT_EQ(back[1], -kInf) << name(type);
    EXPECT_TRUE(std::isnan(back[2])) << name(type);
  }
}

TEST(Convert, AFiniteValueDoesNotBecomeInfinite) {
  const auto floats = tensor_of<float>(ElementType::float32, {2}, {1, 70000});
  EXPECT_EQ(convert(floats, ElementType::float16).error().what,
            "70000 as its element 1, which float16 cannot hold");
  const auto doubles = tensor_of<double>(ElementType::float64, {1}, {-1e39});
  EXPECT_FALSE(convert(doubles, ElementType::float32));
  EXPECT_FALSE(convert(doubles, ElementType::bfloat16));
}

TEST(Convert, IntegersWhereEveryValueFits) {
  const auto wide = tensor_of<std::int64_t>(ElementType::int64, {3}, {0, 255, 128});
  EXPECT_THAT(values_of<std::uint8_t>(convert(wide, ElementType::uint8).value()),
              ElementsAre(0, 255, 128));
  EXPECT_EQ(convert(wide, ElementType::int8).error().what,
            "255 as its element 1, which int8 cannot hold");
  const auto negative = tensor_of<std::int8_t>(ElementType::int8, {1}, {-1});
  EXPECT_EQ(convert(negative, ElementType::uint64).error().what,
            "-1 as its element 0, which uint64 cannot hold");
  EXPECT_THAT(values_of<std::int64_t>(convert(negative, ElementType::int64).value()),
              ElementsAre(-1));
  const auto most = tensor_of<std::uint64_t>(ElementType::uint64, {1}, {UINT64_MAX});
  EXPECT_FALSE(convert(most, ElementType::int64));
}

TEST(Elements, NumbersThatATypeHas) {
  EXPECT_EQ(as_element<std::int64_t>(-0x1p63), INT64_MIN);
  EXPECT_EQ(as_element<std::int64_t>(0x1p63), std::nullopt);
  EXPECT_EQ(as_element<std::uint64_t>(0x1p64), std::nullopt);
  EXPECT_EQ(as_element<std::uint8_t>(255), 255);
  EXPECT_EQ(as_element<std::uint8_t>(256), std::nullopt);
  EXPECT_EQ(as_element<std::uint8_t>(-1), std::nullopt);
  EXPECT_EQ(as_element<std::int32_t>(0.5), std::nullopt);
  EXPECT_EQ(as_element<std::int32_t>(NAN), std::nullopt);
  EXPECT_EQ(as_element<bool>(1), true);
  EXPECT_EQ(as_element<bool>(2), std::nullopt);
}

TEST(Elements, BrainFloatsRoundToNearestEven) {
  EXPECT_EQ(to_brain(1.0F).bits, 0x3F80);
  EXPECT_EQ(to_brain(0x1.01p0F).bits, 0x3F80);  // halfway, even below
  EXPECT_EQ(to_brain(0x1.03p0F).bits, 0x3F82);  // halfway, even above
  EXPECT_EQ(to_brain(0x1.010002p0F).bits, 0x3F81);
  EXPECT_EQ(to_brain(std::numeric_limits<float>::max()).bits, 0x7F80);
  EXPECT_EQ(to_brain(-0.0F).bits, 0x8000);
}

}  // namespace
}  // namespace jetmeter
