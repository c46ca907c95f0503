#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "jetmeter/stats.h"
#include "stats/test_draws.h"

namespace jetmeter {
namespace {

std::vector<double> sorted(std::vector<double> values) {
  std::ranges::sort(values);
  return values;
}

int of_more_than_one(int draws, const std::function<std::vector<double>()>& draw) {
  int result = 0;
  for (int i = 0; i < draws; ++i) result += modes(sorted(draw())).size() > 1 ? 1 : 0;
  return result;
}

TEST(Modes, OfTwoClockStates) {
  test::Draws draws(1);
  const auto found = modes(sorted(draws.bimodal(2000, 10, 11, 0.2, 0.7)));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_NEAR(found[0].center, 10, 0.03);
  EXPECT_NEAR(found[1].center, 11, 0.03);
  EXPECT_NEAR(found[0].share, 0.7, 0.03);
  EXPECT_NEAR(found[0].share + found[1].share, 1, 1e-12);
}

TEST(Modes, OfTwoClockStatesAreNearlyAlwaysFound) {
  test::Draws draws(2);
  EXPECT_GE(of_more_than_one(200, [&] { return draws.bimodal(300, 10, 11, 0.2, 0.7); }), 196);
  EXPECT_GE(of_more_than_one(100, [&] { return draws.bimodal(1000, 10, 11, 0.2, 0.3); }), 98);
}

TEST(Modes, AreNotSeenWhereThereIsOne) {
  test::Draws draws(3);
  for (const std::size_t n : {30U, 100U, 600U}) {
    SCOPED_TRACE(n);
    const auto exponential = [](double z) { return -std::log(std::erfc(z / std::sqrt(2.0)) / 2); };
    const auto uniform = [](double z) { return std::erfc(z / std::sqrt(2.0)); };
    const auto lognormal = [](double z) { return std::exp(z); };
    const auto coarse = [](double z) { return std::round(10 + 2 * z); };
    EXPECT_LE(of_more_than_one(300, [&] { return draws.shaped(n, test::latency); }), 3);
    EXPECT_LE(of_more_than_one(300, [&] { return draws.shaped(n, exponential); }), 3);
    EXPECT_LE(of_more_than_one(300, [&] { return draws.shaped(n, uniform); }), 3);
    EXPECT_LE(of_more_than_one(300, [&] { return draws.shaped(n, lognormal); }), 3);
    EXPECT_LE(of_more_than_one(300, [&] { return draws.shaped(n, coarse); }), 3);
    EXPECT_LE(of_more_than_one(300, [&] { return draws.autoregressive(n, 0.9, test::latency); }),
              3);
  }
}

TEST(Modes, OfFewOutliersAreNone) {
  test::Draws draws(4);
  EXPECT_LE(of_more_than_one(100, [&] { return draws.bimodal(500, 10, 20, 0.2, 0.95); }), 0);
}

TEST(Modes, OfNothingOneEqualTinyAndHugeSamples) {
  EXPECT_TRUE(modes({}).empty());
  EXPECT_TRUE(modes(std::vector{1.0}).empty());
  EXPECT_LE(modes(std::vector(100, 5.0)).size(), 1U);
  EXPECT_LE(modes(std::vector(100, std::numeric_limits<double>::denorm_min())).size(), 1U);
  std::vector<double> extreme(100, -std::numeric_limits<double>::max());
  std::fill(extreme.begin() + 50, extreme.end(), std::numeric_limits<double>::max());
  EXPECT_LE(modes(extreme).size(), 2U);
}

}  // namespace
}  // namespace jetmeter
