#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "jetmeter/stats.h"
#include "stats/test_draws.h"

namespace jetmeter {
namespace {

std::vector<double> times(std::vector<double> samples, double factor) {
  for (double& x : samples) x *= factor;
  return samples;
}

TEST(UnpairedRatio, IsOfTheMediansAndRepeatable) {
  test::Draws draws(1);
  const auto a = draws.shaped(200, test::latency);
  const auto b = times(a, 1.25);
  const auto ratio = unpaired_ratio(a, b);
  ASSERT_TRUE(ratio);
  EXPECT_NEAR(ratio->mid, 1.25, 1e-12);
  EXPECT_LT(ratio->low, 1.25);
  EXPECT_GT(ratio->high, 1.25);
  EXPECT_GT(ratio->low, 1.23);
  EXPECT_LT(ratio->high, 1.27);
  EXPECT_EQ(unpaired_ratio(a, b)->low, ratio->low);
  EXPECT_NE(unpaired_ratio(a, b, {.seed = 2})->low, ratio->low);
}

TEST(UnpairedRatio, IsAbsentWhereItSaysNothing) {
  const std::vector<double> seven(7, 1.0), eight(8, 1.0);
  EXPECT_FALSE(unpaired_ratio({}, eight));
  EXPECT_FALSE(unpaired_ratio(seven, eight));
  EXPECT_FALSE(unpaired_ratio(eight, seven));
  EXPECT_TRUE(unpaired_ratio(eight, eight));
  const std::vector<double> zero(20, 0.0), some(20, 1.0);
  EXPECT_FALSE(unpaired_ratio(zero, some));
  EXPECT_FALSE(unpaired_ratio(some, zero));
  std::vector<double> step(200, 1.0);  // one step is worth hardly a sample
  std::fill(step.begin() + 100, step.end(), 2.0);
  EXPECT_FALSE(unpaired_ratio(step, some));
}

TEST(UnpairedRatio, OfEqualTinyAndHugeSamples) {
  const std::vector<double> tiny(20, std::numeric_limits<double>::denorm_min());
  const std::vector<double> huge(20, std::numeric_limits<double>::max());
  EXPECT_EQ(unpaired_ratio(huge, huge)->high, 1);
  EXPECT_EQ(unpaired_ratio(tiny, tiny)->low, 1);
  EXPECT_FALSE(unpaired_ratio(tiny, huge));  // infinite
}

TEST(PairedRatio, OfFewRoundsIsStudents) {
  const std::vector<double> a(4, 1.0), b{1.0, 1.1, 1.2, 1.3};
  EXPECT_FALSE(paired_ratio({}, {}));
  EXPECT_FALSE(paired_ratio(std::span(a).first(3), std::span(b).first(3)));
  const auto ratio = paired_ratio(a, b);
  ASSERT_TRUE(ratio);
  EXPECT_NEAR(ratio->mid, 1.15, 1e-12);
  // Logarithms: mean 0.1349999, standard error 0.0562889; t of 3 degrees 3.1824463.
  EXPECT_NEAR(ratio->low, 0.956824, 2e-3);
  EXPECT_NEAR(ratio->high, 1.369048, 4e-3);
}

TEST(PairedRatio, OfSixRoundsIsBetweenTheirExtremes) {
  const std::vector<double> a(6, 2.0), b{2.0, 2.2, 2.4, 2.6, 2.8, 3.0};
  const auto ratio = paired_ratio(a, b, {.confidence = 1 - 2.0 / 64});
  ASSERT_TRUE(ratio);
  EXPECT_NEAR(ratio->low, 1, 1e-6);
  EXPECT_NEAR(ratio->mid, 1.25, 1e-12);
  EXPECT_NEAR(ratio->high, 1.5, 1e-6);
}

// What both sides of a round share does not widen the interval: that is what pairs are for.
TEST(PairedRatio, DoesNotSeeWhatRoundsShare) {
  test::Draws draws(2);
  std::vector<double> a(20), b(20);
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double warm = 10 + static_cast<double>(i);
    a[i] = warm * std::exp(0.002 * draws.normal());
    b[i] = warm * 1.03 * std::exp(0.002 * draws.normal());
  }
  const auto ratio = paired_ratio(a, b);
  ASSERT_TRUE(ratio);
  EXPECT_EQ(judge(ratio).verdict, Verdict::slower);
  EXPECT_LT(ratio->high - ratio->low, 0.01);
}

struct Tally {
  int absent = 0, held = 0, wrong = 0, found = 0, draws = 0;
  double held_percent() const { return 100.0 * held / (draws - absent); }
};

using Samples = std::vector<double>;

// Of pairs that differ by nothing, and of the same with b made slower by 3 %.
Tally tally(int draws, const std::function<Samples()>& draw, bool paired = false,
            double confidence = 0.95) {
  Tally result{.draws = draws};
  for (int i = 0; i < draws; ++i) {
    const auto a = draw(), b = draw();
    const RatioOptions options{
        .rounds = 300, .seed = static_cast<std::uint64_t>(i), .confidence = confidence};
    const auto ratio = paired ? paired_ratio(a, b, options) : unpaired_ratio(a, b, options);
    if (!ratio) {
      ++result.absent;
      continue;
    }
    const auto slowed = RatioInterval{ratio->low * 1.03, ratio->mid * 1.03, ratio->high * 1.03};
    const auto verdict = judge(ratio).verdict;
    result.held += ratio->low <= 1 && 1 <= ratio->high ? 1 : 0;
    result.wrong += verdict == Verdict::faster || verdict == Verdict::slower ? 1 : 0;
    result.found += judge(slowed).verdict == Verdict::slower ? 1 : 0;
  }
  return result;
}

void expect_coverage(const Tally& tally) {
  EXPECT_GE(tally.held_percent(), 93);
  EXPECT_LE(tally.held_percent(), 97);
  EXPECT_LT(tally.wrong, 0.01 * tally.draws);
}

TEST(RatioCoverage, OfIndependentSamples) {
  test::Draws draws(3);
  const auto skewed = [](double z) { return 10 + std::exp(z); };
  expect_coverage(tally(600, [&] { return draws.shaped(400, test::latency); }));
  expect_coverage(tally(600, [&] { return draws.shaped(400, skewed); }));
  expect_coverage(tally(600, [&] { return draws.bimodal(400, 10, 11, 0.2, 0.7); }));
}

TEST(RatioCoverage, OfSamplesThatRemember) {
  test::Draws draws(4);
  expect_coverage(tally(600, [&] { return draws.autoregressive(600, 0.5, test::latency); }));
  expect_coverage(tally(500, [&] { return draws.autoregressive(1500, 0.9, test::latency); }));
}

TEST(RatioCoverage, OfRounds) {
  test::Draws draws(5);
  const auto round = [](double z) { return 10 * std::exp(0.005 * z); };
  for (const std::size_t rounds : {4U, 5U, 8U, 12U, 300U}) {
    SCOPED_TRACE(rounds);
    expect_coverage(tally(
        1500, [&] { return draws.shaped(rounds, round); }, true));
  }
  expect_coverage(tally(
      1500, [&] { return draws.autoregressive(1000, 0.9, round); }, true));
}

// As `compare --ab` judges, of its usual number of rounds and of fewer.
TEST(RatioCoverage, OfRoundsAtNinetyNinePercent) {
  test::Draws draws(8);
  const auto round = [](double z) { return 10 * std::exp(0.005 * z); };
  for (const std::size_t rounds : {4U, 7U, 12U}) {
    SCOPED_TRACE(rounds);
    const auto held = tally(
        3000, [&] { return draws.shaped(rounds, round); }, true, 0.99);
    EXPECT_EQ(held.absent, 0);
    EXPECT_GE(held.held_percent(), 98);
    EXPECT_LE(held.held_percent(), 99.8);
    EXPECT_LT(held.wrong, 0.01 * held.draws);
  }
}

// As many samples as a bench of three seconds gives, with the scatter of a quiet machine.
TEST(Judging, FindsThreePercentAndSeldomWhatIsNotThere) {
  test::Draws draws(6);
  const auto hundred = tally(1000, [&] { return draws.shaped(100, test::latency); });
  EXPECT_LT(hundred.wrong, 10);
  EXPECT_GT(hundred.found, 850);
  const auto remembering =
      tally(1000, [&] { return draws.autoregressive(300, 0.5, test::latency); });
  EXPECT_LT(remembering.wrong, 10);
  EXPECT_GT(remembering.found, 900);
}

// So noisy that the least difference is of no help.
TEST(Judging, SeldomFindsWhatIsNotThereInLoudNoise) {
  test::Draws draws(7);
  const auto loud = [](double z) { return 10 * std::exp(0.5 * z); };
  EXPECT_LT(tally(1500, [&] { return draws.shaped(100, loud); }).wrong, 15);
  EXPECT_LT(tally(700, [&] { return draws.autoregressive(300, 0.7, loud); }).wrong, 7);
}

TEST(Judge, GoesByTheWholeInterval) {
  const auto verdict = [](double low, double mid, double high) {
    return judge(RatioInterval{low, mid, high}).verdict;
  };
  EXPECT_EQ(verdict(1.02, 1.03, 1.04), Verdict::slower);
  EXPECT_EQ(verdict(0.96, 0.97, 0.98), Verdict::faster);
  EXPECT_EQ(verdict(0.995, 1.0, 1.005), Verdict::same);
  EXPECT_EQ(verdict(1.002, 1.005, 1.009), Verdict::same);
  EXPECT_EQ(verdict(0.97, 1.0, 1.04), Verdict::cannot_tell);
  EXPECT_EQ(verdict(1.005, 1.02, 1.04), Verdict::cannot_tell);
  EXPECT_EQ(verdict(1.02, 1.06, 1.10), Verdict::slower);
  EXPECT_EQ(verdict(1.02, 1.08, 1.14), Verdict::cannot_tell);  // half as wide again it holds 1
  EXPECT_EQ(verdict(0.86, 0.92, 0.98), Verdict::cannot_tell);
}

TEST(Judge, TurnsRoundWhereHigherIsBetter) {
  const VerdictOptions throughput{.higher_is_better = true};
  EXPECT_EQ(judge(RatioInterval{1.02, 1.03, 1.04}, throughput).verdict, Verdict::faster);
  EXPECT_EQ(judge(RatioInterval{0.96, 0.97, 0.98}, throughput).verdict, Verdict::slower);
}

TEST(Judge, GivesItsReason) {
  EXPECT_EQ(judge(std::nullopt).reason, "too few samples for an interval");
  EXPECT_EQ(judge(RatioInterval{1.02, 1.03, 1.04}).reason,
            "the interval 1.020 to 1.040 lies more than 1 % above 1");
  EXPECT_EQ(judge(RatioInterval{0.97, 1.0, 1.04}).reason,
            "the interval 0.970 to 1.040 holds 1 and more than 1 % beside it");
  EXPECT_EQ(judge(RatioInterval{0.995, 1.0, 1.005}).reason,
            "the interval 0.995 to 1.005 lies within 1 % of 1");
  EXPECT_EQ(judge(RatioInterval{1.005, 1.02, 1.04}).reason,
            "the interval 1.005 to 1.040 reaches within 1 % of 1");
}

TEST(Judge, CannotTellOfWhatIsNoRatio) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(judge(RatioInterval{nan, nan, nan}).verdict, Verdict::cannot_tell);
  EXPECT_EQ(judge(RatioInterval{1.1, 1.2, infinity}).verdict, Verdict::cannot_tell);
  EXPECT_EQ(judge(RatioInterval{-1, 0, 1}).verdict, Verdict::cannot_tell);
}

TEST(Names, AreWhatPeopleRead) {
  EXPECT_EQ(name(Verdict::cannot_tell), "cannot tell");
  EXPECT_EQ(name(Verdict::faster), "faster");
  EXPECT_EQ(name(DriftVerdict::rising), "rising");
  EXPECT_EQ(name(SteadyState::Verdict::settled_late), "settled late");
}

}  // namespace
}  // namespace jetmeter
