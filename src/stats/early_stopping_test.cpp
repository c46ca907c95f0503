#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "jetmeter/stats.h"
#include "stats/test_draws.h"

namespace jetmeter {
namespace {

std::vector<double> one_to(int n) {
  std::vector<double> values(static_cast<std::size_t>(n));
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

TEST(ConservativeQuantile, NeedsWhatLoadGenSays) {
  EXPECT_EQ(conservative_quantile({}, 0.9).needs, 64);
  EXPECT_EQ(conservative_quantile({}, 0.95).needs, 130);
  EXPECT_EQ(conservative_quantile({}, 0.99).needs, 662);
  EXPECT_EQ(conservative_quantile({}, 0.999).needs, 6636);
}

TEST(ConservativeQuantile, IsAbsentBelowThat) {
  const auto result = conservative_quantile(one_to(661), 0.99);
  EXPECT_FALSE(result.estimate);
  EXPECT_EQ(result.rank_from_top, 0);
  EXPECT_EQ(result.needs, 662);
}

TEST(ConservativeQuantile, IsTheSampleThatLoadGenTakes) {
  for (const auto& [n, rank] : {std::pair{662, 1}, {1000, 2}, {2000, 9}, {5000, 33}, {10000, 77}}) {
    const auto result = conservative_quantile(one_to(n), 0.99);
    EXPECT_EQ(result.rank_from_top, rank) << n;
    EXPECT_EQ(result.estimate, n - rank + 1) << n;
  }
}

TEST(ConservativeQuantile, OfWhatTheSamplesAreWorthLiesHigher) {
  const auto samples = one_to(2000);
  const auto worth_all = conservative_quantile(samples, 0.9, 2000);
  EXPECT_EQ(worth_all.estimate, conservative_quantile(samples, 0.9).estimate);
  const auto worth_less = conservative_quantile(samples, 0.9, 81.7);
  EXPECT_EQ(worth_less.rank_from_top, conservative_rank(81, 0.9).from_top);
  EXPECT_EQ(worth_less.estimate, 1963);  // evenly: of 81 ranks the second from the top
  EXPECT_FALSE(conservative_quantile(samples, 0.9, 63).estimate);
  EXPECT_EQ(conservative_quantile(samples, 0.9, 1e9).estimate, worth_all.estimate) << "at most n";
}

TEST(ConservativeRank, NeedsNoSamples) {
  EXPECT_EQ(conservative_rank(5000, 0.99).from_top, 33);
  EXPECT_EQ(conservative_rank(661, 0.99).from_top, 0);
  EXPECT_EQ(conservative_rank(661, 0.99).needs, 662);
}

TEST(ConservativeQuantile, OfMillionsLiesJustAboveTheQuantile) {
  const auto result = conservative_quantile(one_to(3'000'000), 0.99);
  EXPECT_NEAR(*result.estimate, 2'970'000 + 2.326 * 172.3, 5);
}

TEST(ConservativeQuantile, IsAboveTheTruthAsOftenAsItSays) {
  test::Draws draws(1);
  int above = 0;
  constexpr int kDraws = 1500;
  for (int draw = 0; draw < kDraws; ++draw) {
    auto samples = draws.shaped(500, test::as_is);
    std::ranges::sort(samples);
    above += *conservative_quantile(samples, 0.9, 0, 0.95).estimate > 1.2815515655446004 ? 1 : 0;
  }
  EXPECT_GE(above, kDraws * 0.94);
  EXPECT_LE(above, kDraws * 0.985);  // a whole rank, and LoadGen's is one more than is needed
}

}  // namespace
}  // namespace jetmeter
