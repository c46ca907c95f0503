#include "zoo/weights.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

namespace jetmeter {
namespace {

using testing::ElementsAre;

std::vector<float> drawn(Spread spread, std::uint64_t seed, ElementType type, std::int64_t count) {
  return to_floats(seeded_tensor("w", type, {count}, spread, seed)).value();
}

// Computed apart, in exact integers: what every machine and every later version must draw.
TEST(SeededTensor, DrawsTheSameEverywhere) {
  const auto values = drawn({.deviation = 1}, 0, ElementType::float32, 4);
  EXPECT_THAT(values, ElementsAre(-1.5111047F, -1.55434251F, -0.145544514F, 1.57471931F));
}

TEST(SeededTensor, HasTheMomentsThatAreAskedFor) {
  constexpr int kCount = 100'000;
  double sum = 0, squares = 0, largest = 0;
  for (const float value : drawn({.deviation = 2, .mean = 0.5}, 7, ElementType::float32, kCount)) {
    sum += value;
    squares += (value - 0.5) * (value - 0.5);
    largest = std::max(largest, std::abs(value - 0.5));
  }
  EXPECT_NEAR(sum / kCount, 0.5, 0.03);  // five standard errors
  EXPECT_NEAR(std::sqrt(squares / kCount), 2, 0.03);
  EXPECT_GT(largest, 5.5);
  EXPECT_LE(largest, 2 * 3.4642);
}

TEST(SeededTensor, NarrowTypesAreTheRoundedWideOne) {
  const Spread spread{.deviation = 0.1, .mean = 1};
  const auto wide = drawn(spread, 3, ElementType::float32, 5000);
  const auto half = drawn(spread, 3, ElementType::float16, 5000);
  const auto brain = drawn(spread, 3, ElementType::bfloat16, 5000);
  for (std::size_t i = 0; i < wide.size(); ++i) {
    EXPECT_NEAR(half[i], wide[i], 0.0005 * wide[i]);
    EXPECT_NEAR(brain[i], wide[i], 0.004 * wide[i]);
  }
}

TEST(SeededTensor, BalancedNeighboursSumUpToNothing) {
  const auto values =
      drawn({.deviation = 1, .mean = 0, .balanced = 9}, 5, ElementType::float32, 18);
  EXPECT_NEAR(std::accumulate(values.begin(), values.begin() + 9, 0.0), 0, 1e-3);
  EXPECT_NEAR(std::accumulate(values.begin() + 9, values.end(), 0.0), 0, 1e-3);
  EXPECT_GT(std::abs(values[0]) + std::abs(values[1]), 0.01);
}

TEST(SeededTensor, StreamsOfNamesAndSeedsDiffer) {
  const auto tensor = [](const char* name, std::uint64_t seed) {
    return to_floats(seeded_tensor(name, ElementType::float32, {8}, {.deviation = 1}, seed))
        .value();
  };
  EXPECT_NE(tensor("a", 0), tensor("b", 0));
  EXPECT_NE(tensor("a", 0), tensor("a", 1));
  EXPECT_NE(tensor("ab", 0), tensor("ba", 0));
}

TEST(EncodeFloats, RoundsToNearestEven) {
  // 1 + 2^-8 and 1 + 3 * 2^-8 lie between two bfloat16: one tie goes down, the other up.
  const std::vector<float> values{1.00390625F, 1.01171875F, -2.0F};
  const auto bytes = encode_floats(ElementType::bfloat16, values);
  const auto tensor = raw_tensor("t", ElementType::bfloat16, {3}, bytes);
  EXPECT_THAT(to_floats(tensor).value(), ElementsAre(1.0F, 1.015625F, -2.0F));
}

}  // namespace
}  // namespace jetmeter
