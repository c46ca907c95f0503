#include "compare/ratio.h"

#include <gmock/gmock.h>

#include "compare/test_runs.h"

namespace jetmeter {
namespace {

using testing::DoubleEq;

TEST(QuantileRatio, OfARunAndItselfIsOne) {
  const auto a = wavy_latencies(300, 10, 1);
  const auto ratio = quantile_ratio({a, a, true}, 0.9);
  ASSERT_TRUE(ratio);
  EXPECT_DOUBLE_EQ(ratio->low, 1);
  EXPECT_DOUBLE_EQ(ratio->mid, 1);
  EXPECT_DOUBLE_EQ(ratio->high, 1);
}

// What the frames themselves cause cancels: every frame takes 3 % longer, whatever it is.
TEST(QuantileRatio, PairingRemovesWhatTheFramesCause) {
  std::vector<double> a, b;
  for (const double x : wavy_latencies(300, 10, 1))
    a.push_back(x * static_cast<double>(a.size() % 7 + 1));
  for (const double x : a) b.push_back(x * 1.03);
  const auto paired = quantile_ratio({a, b, true}, 0.5), alone = quantile_ratio({a, b, false}, 0.5);
  ASSERT_TRUE(paired && alone);
  EXPECT_NEAR(paired->low, 1.03, 1e-12);
  EXPECT_NEAR(paired->high, 1.03, 1e-12);
  EXPECT_GT(alone->high - alone->low, 0.1);
  const auto mean = mean_ratio({a, b, true});
  ASSERT_TRUE(mean);
  EXPECT_NEAR(mean->low, 1.03, 1e-12);
  EXPECT_NEAR(mean->high, 1.03, 1e-12);
}

TEST(QuantileRatio, RepeatsFromItsSeed) {
  const auto a = wavy_latencies(300, 10, 1), b = wavy_latencies(300, 10, 2);
  const auto first = quantile_ratio({a, b}, 0.5), again = quantile_ratio({a, b}, 0.5);
  RatioOptions other;
  other.seed = 2;
  EXPECT_EQ(first->low, again->low);
  EXPECT_EQ(first->high, again->high);
  EXPECT_NE(first->low, quantile_ratio({a, b}, 0.5, other)->low);
}

TEST(QuantileRatio, AbsentWhereTheSampleDoesNotReach) {
  const auto few = wavy_latencies(7, 10, 1), many = wavy_latencies(300, 10, 2);
  EXPECT_FALSE(quantile_ratio({few, many}, 0.5));
  EXPECT_FALSE(quantile_ratio({many, few}, 0.5));
  EXPECT_FALSE(mean_ratio({few, many}));
  EXPECT_FALSE(quantile_ratio({many, many}, 0.999));  // the interval ends above the largest
  EXPECT_TRUE(quantile_ratio({many, many}, 0.9));
  EXPECT_FALSE(quantile_ratio({{}, {}}, 0.5));
  const std::vector<double> zeros(300, 0.0);
  EXPECT_FALSE(quantile_ratio({zeros, many}, 0.5));
  EXPECT_FALSE(mean_ratio({many, zeros}));
}

struct Coverage {
  double paired = 0, alone = 0;
};

// How often the interval of the ratio holds the truth, 1.
template <typename Interval>
Coverage coverage(Interval interval, std::size_t n) {
  constexpr int kDraws = 400;
  Coverage out;
  for (int i = 0; i < kDraws; ++i) {
    const auto seed = static_cast<std::uint64_t>(2 * i);
    const auto a = wavy_latencies(n, 10, seed), b = wavy_latencies(n, 10, seed + 1);
    for (const bool paired : {false, true}) {
      const auto ratio = interval(TwoSamples{a, b, paired});
      if (ratio && ratio->low <= 1 && 1 <= ratio->high)
        (paired ? out.paired : out.alone) += 1.0 / kDraws;
    }
  }
  return out;
}

TEST(QuantileRatio, NinetyFivePercentHoldTheTruth) {
  RatioOptions options;
  options.rounds = 400;
  for (const double q : {0.5, 0.9}) {
    const auto held =
        coverage([&](const TwoSamples& s) { return quantile_ratio(s, q, options); }, 300);
    EXPECT_NEAR(held.alone, 0.955, 0.035) << q;
    EXPECT_NEAR(held.paired, 0.955, 0.035) << q;
  }
}

TEST(MeanRatio, NinetyFivePercentHoldTheTruth) {
  RatioOptions options;
  options.rounds = 400;
  const auto held = coverage([&](const TwoSamples& s) { return mean_ratio(s, options); }, 300);
  EXPECT_NEAR(held.alone, 0.955, 0.035);
  EXPECT_NEAR(held.paired, 0.955, 0.035);
}

}  // namespace
}  // namespace jetmeter
