#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "jetmeter/verify.h"

namespace jetmeter {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

Difference between(const std::vector<float>& a, const std::vector<float>& b) {
  DifferenceMeter meter;
  meter.add(a, b);
  return meter.difference();
}

TEST(Difference, OfEqualValuesIsNothing) {
  const auto same = between({1, -2, 3}, {1, -2, 3});
  EXPECT_EQ(same.n, 3u);
  EXPECT_EQ(same.compared, 3u);
  EXPECT_DOUBLE_EQ(same.cosine.value(), 1);
  EXPECT_EQ(same.relative_l2.value(), 0);
  EXPECT_EQ(same.max_error, 0);
  EXPECT_EQ(same.p99_error, 0);
  EXPECT_EQ(same.max_reference, 3);
}

TEST(Difference, IsWhatItIsByHand) {
  // a.b = 9, |a| = 5, |b| = 3; errors 0 and 4.
  const auto known = between({3, 4}, {3, 0});
  EXPECT_DOUBLE_EQ(known.cosine.value(), 9.0 / (5 * 3));
  EXPECT_DOUBLE_EQ(known.relative_l2.value(), 4.0 / 5);
  EXPECT_EQ(known.max_error, 4);
  EXPECT_EQ(known.mean_error, 2);
  EXPECT_EQ(known.max_reference, 4);
  EXPECT_DOUBLE_EQ(between({1, 2}, {-1, -2}).cosine.value(), -1);
}

TEST(Difference, CountsWhatIsNotFiniteAndLeavesItOut) {
  const auto some = between({1, kNan, 3, kInf}, {1, 2, -kInf, kNan});
  EXPECT_EQ(some.n, 4u);
  EXPECT_EQ(some.compared, 1u);
  EXPECT_EQ(some.not_finite_a, 2u);
  EXPECT_EQ(some.not_finite_b, 2u);
  EXPECT_DOUBLE_EQ(some.cosine.value(), 1);
  EXPECT_EQ(some.max_error, 0);
}

TEST(Difference, HasNoCosineWhereOneSideIsZeroOrNothingIsLeft) {
  const auto zero_reference = between({0, 0}, {1, 2});
  EXPECT_FALSE(zero_reference.cosine);
  EXPECT_FALSE(zero_reference.relative_l2);
  EXPECT_EQ(zero_reference.max_error, 2);
  const auto zero_answer = between({1, 2}, {0, 0});
  EXPECT_FALSE(zero_answer.cosine);
  EXPECT_DOUBLE_EQ(zero_answer.relative_l2.value(), 1);
  const auto nothing = between({kNan}, {1});
  EXPECT_FALSE(nothing.cosine);
  EXPECT_FALSE(nothing.relative_l2);
  EXPECT_EQ(nothing.compared, 0u);
  EXPECT_FALSE(DifferenceMeter().difference().cosine);
}

TEST(Difference, SurvivesTheLargestFloats) {
  const float most = std::numeric_limits<float>::max();
  const auto large = between({most, most}, {most, -most});
  EXPECT_NEAR(large.cosine.value(), 0, 1e-12);
  EXPECT_DOUBLE_EQ(large.max_error, 2.0 * static_cast<double>(most));
}

TEST(Difference, TakesTheNearestRankForP99) {
  std::vector<float> a(200, 1), b(200, 1);
  for (std::size_t i = 0; i < a.size(); ++i) b[i] += static_cast<float>(i);
  EXPECT_EQ(between(a, b).p99_error, 197);  // two of two hundred are larger
  EXPECT_EQ(between({1}, {3}).p99_error, 2);
}

TEST(Difference, AddsRunsUp) {
  DifferenceMeter meter;
  meter.add(std::vector<float>{3}, std::vector<float>{3});
  meter.add(std::vector<float>{4}, std::vector<float>{0});
  const auto both = meter.difference(), at_once = between({3, 4}, {3, 0});
  EXPECT_EQ(both.n, 2u);
  EXPECT_EQ(both.cosine, at_once.cosine);
  EXPECT_EQ(both.p99_error, at_once.p99_error);
}

TEST(Difference, KeepsAFairSampleOfManyErrors) {
  // Errors rise from 0 to 1: the sample's 99th percentile of a million lies near 0.99, which a
  // sample of the first or the last places alone would miss.
  DifferenceMeter meter, again;
  std::vector<float> a(1000, 1), b(1000);
  for (int block = 0; block < 1000; ++block) {
    for (std::size_t i = 0; i < b.size(); ++i)
      b[i] = 1 + (static_cast<float>(block) * 1000 + static_cast<float>(i)) / 1e6F;
    meter.add(a, b);
    again.add(a, b);
  }
  EXPECT_NEAR(meter.difference().p99_error, 0.99, 0.002);
  EXPECT_NEAR(meter.difference().mean_error, 0.5, 0.001);
  EXPECT_EQ(meter.difference().p99_error, again.difference().p99_error);
}

}  // namespace
}  // namespace jetmeter
