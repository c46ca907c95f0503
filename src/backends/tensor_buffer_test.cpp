#include "backends/tensor_buffer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace jetmeter {
namespace {

using testing::HasSubstr;

TEST(TensorBuffer, IsZeroedAndKeepsItsAddressWhenMoved) {
  TensorBuffer first(ElementType::float16, {2, 3});
  EXPECT_EQ(first.view().bytes, 12U);
  const auto* const data = first.view().data;
  const auto halves = first.view().as<std::uint16_t>();
  EXPECT_TRUE(std::all_of(halves.begin(), halves.end(), [](auto half) { return half == 0; }));
  const TensorBuffer second = std::move(first);
  EXPECT_EQ(second.view().data, data);
  EXPECT_EQ(second.view().shape.size(), 2U);
}

TEST(TensorBuffer, OfNoElementsHasAnAddress) {
  const TensorBuffer empty(ElementType::int64, {1, 0, 4});
  EXPECT_EQ(empty.view().bytes, 0U);
  EXPECT_NE(empty.view().data, nullptr);
}

TEST(TensorBuffer, OfAScalarHoldsOneElement) {
  EXPECT_EQ(TensorBuffer(ElementType::int64, {}).view().bytes, 8U);
}

TEST(FitsInMemory, CountsWithoutOverflow) {
  constexpr auto kHuge = std::int64_t{1} << 62;
  EXPECT_TRUE(fits_in_memory(Shape{1, 3, 4096, 4096}));
  EXPECT_TRUE(fits_in_memory(Shape{kDynamic, 3}));
  EXPECT_TRUE(fits_in_memory(Shape{kHuge, kHuge, 0}));
  EXPECT_FALSE(fits_in_memory(Shape{kHuge, 4}));
  EXPECT_FALSE(fits_in_memory(Shape{1 << 21, 1 << 21, 1 << 21, 1 << 21}));
}

TEST(InputShapesToOpen, TakesTheDeclaredOnesWhenNoneAreGiven) {
  const std::vector<TensorSpec> declared{{"a", ElementType::float32, {1, 2}},
                                         {"b", ElementType::int64, {}}};
  const auto shapes = input_shapes_to_open(declared, {});
  ASSERT_TRUE(shapes);
  EXPECT_EQ(*shapes, (std::vector<Shape>{{1, 2}, {}}));
}

TEST(InputShapesToOpen, NamesTheInputAndItsShape) {
  const std::vector<TensorSpec> declared{{"image", ElementType::float32, {kDynamic, 3}}};
  const std::vector<Shape> wrong{{2, 5}};
  const auto shapes = input_shapes_to_open(declared, wrong);
  ASSERT_FALSE(shapes);
  EXPECT_THAT(shapes.error().what, HasSubstr("'image' is ?x3"));
  EXPECT_THAT(shapes.error().what, HasSubstr("2x5"));
}

TEST(PrecisionOf, IsTheFirstFloatingTypeFoundAmongInputsThenOutputs) {
  const TensorSpec ids{"ids", ElementType::int64, {1}};
  const TensorSpec half{"half", ElementType::float16, {1}};
  const TensorSpec single{"single", ElementType::float32, {1}};
  EXPECT_EQ(precision_of(std::vector{ids, half}, std::vector{single}), "float16");
  EXPECT_EQ(precision_of(std::vector{ids}, std::vector{single}), "float32");
  EXPECT_EQ(precision_of(std::vector{ids}, std::vector{ids}), "int64");
  EXPECT_EQ(precision_of({}, {}), "");
}

}  // namespace
}  // namespace jetmeter
