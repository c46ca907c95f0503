#include <gmock/gmock.h>

#include <limits>

#include "load/test_world.h"

namespace jetmeter {
namespace {

using ::testing::HasSubstr;

constexpr Nanoseconds kPeriod = ms(20);

// n samples of 1 ms to n ms, 50 a second, as if drawn: they are worth n independent ones.
struct Measured {
  explicit Measured(std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) add(1 + i * 193 % n);
  }
  void add(std::int64_t latency_ms) {
    const auto due_ns = outcome.issued * kPeriod.count();
    samples.push_back({.index = outcome.issued,
                       .scheduled_ns = due_ns,
                       .began_ns = due_ns,
                       .ended_ns = due_ns + latency_ms * kMs});
    ++outcome.done;
    issue(1);
  }
  void drop(std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) samples.push_back({.outcome = Outcome::dropped});
    outcome.dropped += n;
    issue(n);
  }
  void issue(std::int64_t n) {
    outcome.issued += n;
    outcome.ended += n * kPeriod;
  }
  RateTrial judge(const RateBound& bound) const { return judge_rate(50, bound, samples, outcome); }

  std::vector<LoadSample> samples;
  LoadOutcome outcome;
};

TEST(JudgeRate, HoldsALatencyOrDoesNot) {
  const Measured measured(1000);
  auto trial = measured.judge({.quantile = 0.99, .latency = ms(1000)});
  EXPECT_TRUE(trial.holds);
  EXPECT_EQ(trial.reason, "p99 is 990 ms, at most 999 ms with 99 % confidence, within 1.00 s");
  EXPECT_EQ(trial.per_second, 50);
  EXPECT_NEAR(*trial.latency_ms, 990.01, 1e-9);
  EXPECT_EQ(trial.drop_percent, 0);
  EXPECT_EQ(trial.achieved_per_second, 50);
  EXPECT_FALSE(trial.wants);
  trial = measured.judge({.quantile = 0.99, .latency = ms(990)});
  EXPECT_FALSE(trial.holds);
  EXPECT_EQ(trial.reason, "p99 is 990 ms, at most 999 ms with 99 % confidence, over 990 ms");
  EXPECT_FALSE(trial.wants);
}

TEST(JudgeRate, APercentileThatNCannotCarryDoesNotHold) {
  const auto trial = Measured(100).judge({.quantile = 0.99, .latency = ms(10'000)});
  EXPECT_FALSE(trial.holds);
  EXPECT_EQ(trial.reason, "p99 needs 662 samples and there are 100");
  const auto none = Measured(0).judge({.quantile = 0.5, .latency = ms(1)});
  EXPECT_FALSE(none.holds);
  EXPECT_EQ(none.reason, "p50 needs 11 samples and there are 0");
  EXPECT_FALSE(none.latency_ms);
  EXPECT_FALSE(none.drop_percent);
}

TEST(JudgeRate, APercentileThatTooFewConfirmDoesNotHoldAndSaysHowManyMight) {
  const auto trial = Measured(500).judge({.quantile = 0.99, .latency = ms(500)});
  EXPECT_FALSE(trial.holds);
  EXPECT_EQ(trial.reason,
            "p99 is 495 ms, within 500 ms, but 500 samples are too few to confirm it: 662 would");
  EXPECT_EQ(trial.wants, 828);
  const auto over = Measured(500).judge({.quantile = 0.99, .latency = ms(300)});
  EXPECT_EQ(over.reason, "p99 is 495 ms, over 300 ms");
  EXPECT_FALSE(over.wants);
}

// 20 in a row are alike, as behind a queue: 2000 of them are worth 81.
TEST(JudgeRate, LatenciesThatFollowOneAnotherConfirmLess) {
  Measured alike(0);
  for (std::int64_t i = 0; i < 2000; ++i) alike.add(i / 20 * 37 % 100 * 20 + i % 20 + 1);
  const RateBound bound{.quantile = 0.9, .latency = ms(1900)};
  const auto trial = alike.judge(bound);
  EXPECT_FALSE(trial.holds);
  EXPECT_THAT(trial.reason, HasSubstr("p90 is 1.80 s, at most 1.96 s with 99 % confidence"));
  EXPECT_TRUE(Measured(2000).judge(bound).holds) << "the same latencies, in another order";
  Measured few(0);
  for (std::int64_t i = 0; i < 700; ++i) few.add(i / 20 * 13 % 35 * 20 + i % 20 + 1);
  const auto open = few.judge({.quantile = 0.9, .latency = ms(690)});
  EXPECT_FALSE(open.holds);
  EXPECT_THAT(open.reason, HasSubstr("700 samples, worth 21 independent ones"));
  EXPECT_GT(open.wants.value(), 700);
}

TEST(JudgeRate, WhatIsFarWithinTheBoundNeedsNoConfirmation) {
  Measured warming(0);  // worth hardly anything: it goes one way
  for (std::int64_t i = 0; i < 400; ++i) warming.add(100 + i * 4 / 100);
  const auto trial = warming.judge({.quantile = 0.9, .latency = ms(230)});
  EXPECT_TRUE(trial.holds) << trial.reason;
  EXPECT_EQ(trial.reason, "p90 is 114 ms, and the longest took 115 ms, far within 230 ms");
  EXPECT_FALSE(warming.judge({.quantile = 0.9, .latency = ms(229)}).holds);
}

TEST(JudgeRate, HoldsAShareOfDropsOrDoesNot) {
  Measured measured(970);
  measured.drop(30);
  auto trial = measured.judge({.drop_percent = 5.0});
  EXPECT_TRUE(trial.holds);
  EXPECT_EQ(trial.reason, "3 % of 1000 were dropped, within 5 % with 99 % confidence");
  trial = measured.judge({.drop_percent = 2.9});
  EXPECT_FALSE(trial.holds);
  EXPECT_EQ(trial.reason, "3 % were dropped, over 2.9 %");
  EXPECT_FALSE(trial.wants);
  EXPECT_FALSE(Measured(0).judge({.drop_percent = 4.9}).holds);
  EXPECT_TRUE(measured.judge({.drop_percent = 100.0}).holds);
}

TEST(JudgeRate, AShareOfDropsThatTooFewConfirmDoesNotHold) {
  auto trial = Measured(20).judge({.drop_percent = 5.0});
  EXPECT_FALSE(trial.holds);
  EXPECT_EQ(trial.reason,
            "0 % of 20 were dropped, within 5 %, but 20 are too few to confirm it: 130 would");
  EXPECT_EQ(trial.wants, 130);
  Measured near(970);
  near.drop(30);
  trial = near.judge({.drop_percent = 3.1});
  EXPECT_FALSE(trial.holds);
  EXPECT_EQ(trial.reason,
            "3 % of 1000 were dropped, within 3.1 %, but no more than 18 may be to confirm it");
  EXPECT_EQ(trial.wants, 64'000);
  EXPECT_EQ(near.judge({.drop_percent = 4.2}).wants, 2000);
}

TEST(JudgeRate, SaysHowManySamplesConfirmABound) {
  EXPECT_EQ(samples_to_confirm({.quantile = 0.99, .latency = ms(1)}), 662);
  EXPECT_EQ(samples_to_confirm({.drop_percent = 5}), 130);
  EXPECT_EQ(samples_to_confirm({.quantile = 0.5, .latency = ms(1), .drop_percent = 5}), 130);
}

TEST(JudgeRate, SaysWhereTheWorkAloneTakesTooLong) {
  Measured slow(0);
  for (int i = 0; i < 40; ++i) slow.add(50);
  const RateBound bound{.quantile = 0.9, .latency = ms(10)};
  const auto trial = slow.judge(bound);
  EXPECT_TRUE(trial.at_any_rate);
  EXPECT_THAT(trial.reason, HasSubstr("; the work alone takes 50.0 ms (median), at any rate"));
  auto waiting = slow;  // for 45 ms each: at a lower rate it would not
  for (auto& sample : waiting.samples) sample.began_ns += 45 * kMs;
  EXPECT_FALSE(waiting.judge(bound).at_any_rate);
  auto in_the_way = slow;  // of one another
  for (auto& sample : in_the_way.samples) sample.lane = static_cast<std::int32_t>(sample.index % 2);
  EXPECT_FALSE(in_the_way.judge(bound).at_any_rate);
  EXPECT_TRUE(judge_rate(5, bound, in_the_way.samples, in_the_way.outcome).at_any_rate);
  Measured few(0);
  for (int i = 0; i < 10; ++i) few.add(50);
  EXPECT_FALSE(few.judge({.quantile = 0.5, .latency = ms(10)}).at_any_rate);
  EXPECT_FALSE(slow.judge({.quantile = 0.9, .latency = ms(500)}).at_any_rate);
}

TEST(JudgeRate, ATrialMayShowSoManyAndTheBoundCanStillBeHeld) {
  const RateBound p99{.quantile = 0.99, .latency = ms(10)};
  EXPECT_EQ(allowance(p99, 2000).over, 8);
  EXPECT_EQ(allowance(p99, 10).over, 0) << "as of the least that confirm it";
  EXPECT_EQ(allowance({.drop_percent = 5}, 1000).dropped, 34);
  EXPECT_EQ(allowance({.drop_percent = 5}, 1000).over, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(allowance({.drop_percent = 100}, 1000).dropped, 1000);
}

TEST(JudgeRate, ATrialThatIsLostSaysWhy) {
  Measured lost(0);
  for (int i = 0; i < 11; ++i) lost.add(50);
  const RateBound p99{.quantile = 0.99, .latency = ms(10), .drop_percent = 5};
  auto trial = judge_lost(50, p99, lost.samples, lost.outcome, {.over = 8, .dropped = 34});
  EXPECT_FALSE(trial.holds);
  EXPECT_TRUE(trial.at_any_rate);
  EXPECT_EQ(
      trial.reason,
      "ended early: 11 of 11 took longer than 10.0 ms, and p99 allows 8; the work alone takes "
      "50.0 ms (median), at any rate");
  Measured dropping(20);
  dropping.drop(35);
  trial = judge_lost(50, {.drop_percent = 5}, dropping.samples, dropping.outcome,
                     allowance({.drop_percent = 5}, 1000));
  EXPECT_EQ(trial.reason, "ended early: 35 of 55 were dropped, and 5 % allows 34");
  EXPECT_FALSE(trial.at_any_rate);
}

TEST(JudgeRate, NamesWhatBrokeIt) {
  Measured measured(400);
  measured.drop(100);
  auto trial = measured.judge({.quantile = 0.5, .latency = ms(300), .drop_percent = 1.0});
  EXPECT_EQ(trial.reason, "20 % were dropped, over 1 %");
  trial = measured.judge({.quantile = 0.5, .latency = ms(100), .drop_percent = 1.0});
  EXPECT_EQ(trial.reason,
            "p50 is 200 ms, at most 225 ms with 99 % confidence, over 100 ms; 20 % were dropped, "
            "over 1 %; the work alone takes 200 ms (median), at any rate");
  trial = measured.judge({.quantile = 0.5, .latency = ms(300), .drop_percent = 30.0});
  EXPECT_TRUE(trial.holds);
  EXPECT_EQ(trial.reason,
            "p50 is 200 ms, at most 225 ms with 99 % confidence, within 300 ms; 20 % of 500 were "
            "dropped, within 30 % with 99 % confidence");
}

TEST(JudgeRate, WhatStillWaitsTakesLongerThanAnything) {
  Measured measured(300);
  measured.outcome.unserved = 8;
  auto trial = measured.judge({.quantile = 0.9, .latency = ms(1'000)});
  EXPECT_TRUE(trial.holds);
  EXPECT_NEAR(*trial.latency_ms, 278, 1e-9);  // rank 0.9 * 307 of 308, upwards
  EXPECT_EQ(trial.reason, "p90 is 278 ms, at most 298 ms with 99 % confidence, within 1.00 s");
  trial = measured.judge({.quantile = 0.99, .latency = ms(1'000)});
  EXPECT_FALSE(trial.holds);
  EXPECT_FALSE(trial.latency_ms);
  EXPECT_EQ(trial.reason, "p99 has no end: 8 of 308 still waited when the load ended");
  Measured longer(1'000);
  longer.outcome.unserved = 5;
  trial = longer.judge({.quantile = 0.99, .latency = ms(10'000)});
  EXPECT_FALSE(trial.holds) << "however far away the bound is";
  EXPECT_EQ(trial.reason,
            "p99 is 995 ms, within 10.0 s, but 1005 samples, worth 211 independent ones, are too "
            "few to confirm it: 662 would");
  Measured half(400);
  half.outcome.unserved = 85;
  trial = half.judge({.quantile = 0.5, .latency = ms(10'000)});
  EXPECT_FALSE(trial.holds);
  EXPECT_THAT(trial.reason, HasSubstr("p50 is 243 ms, but may have no end: 85 of 485 still "
                                      "waited when the load ended"));
  measured.outcome.unserved = 20;
  trial = measured.judge({.drop_percent = 50.0});
  EXPECT_FALSE(trial.holds);
  EXPECT_EQ(trial.reason, "20 of 320 still waited when the load ended");
  measured.outcome.unserved = 3;
  EXPECT_TRUE(measured.judge({.drop_percent = 50.0}).holds);
}

TEST(JudgeRate, TheUpperEndOfThePercentileDecidesWhereThereIsOne) {
  const Measured measured(500);
  auto trial = measured.judge({.quantile = 0.9, .latency = ms(460)});
  EXPECT_FALSE(trial.holds);
  EXPECT_EQ(trial.reason, "p90 is 450 ms, at most 467 ms with 99 % confidence, over 460 ms");
  EXPECT_NEAR(*trial.latency_ms, 450.1, 1e-9);
  trial = measured.judge({.quantile = 0.9, .latency = ms(467)});
  EXPECT_TRUE(trial.holds) << trial.reason;
}

TEST(JudgeRate, ABoundFarAboveHoldsNoQueueThatGrows) {
  Measured overloaded(0);  // 10 % more is due than can be done, and little of it shows
  for (std::int64_t i = 0; i < 400; ++i) overloaded.add(20 + i * 2 + i * 193 % 5);
  const RateBound far{.quantile = 0.9, .latency = ms(5'000)};
  auto trial = overloaded.judge(far);
  EXPECT_FALSE(trial.holds);
  EXPECT_THAT(trial.reason, HasSubstr("the latency rose by"));
  Measured warming(0);  // by less than a period
  for (std::int64_t i = 0; i < 400; ++i) warming.add(100 + i * 4 / 100 + i * 193 % 5);
  EXPECT_TRUE(warming.judge(far).holds) << warming.judge(far).reason;
  Measured waiting(400);
  waiting.outcome.unserved = 40;
  trial = waiting.judge({.quantile = 0.5, .latency = ms(5'000)});
  EXPECT_FALSE(trial.holds);
  EXPECT_EQ(trial.reason, "40 of 440 still waited when the load ended");
}

TEST(JudgeRate, ARateThatWasNotReachedDoesNotHold) {
  Measured measured(400);
  measured.outcome.ended = measured.outcome.ended * 5 / 4;
  const auto trial = measured.judge({.quantile = 0.5, .latency = ms(5'000)});
  EXPECT_FALSE(trial.holds);
  EXPECT_EQ(trial.reason, "only 40 a second could be begun or dropped");
}

TEST(JudgeRate, ALoadThatFailedHoldsNothing) {
  Measured measured(500);
  measured.outcome.stopped_by = StopReason::failed;
  measured.outcome.stop_sentence = "stopped after 10.0 s and 500 inferences: one failed: no";
  const auto trial = measured.judge({.latency = ms(1'000)});
  EXPECT_FALSE(trial.holds);
  EXPECT_EQ(trial.reason, measured.outcome.stop_sentence);
  measured.outcome.stopped_by = StopReason::interrupted;
  EXPECT_FALSE(measured.judge({.latency = ms(1'000)}).holds);
}

TEST(JudgeRate, ABoundThatIsNoneHoldsNothing) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Measured measured(500);
  EXPECT_THAT(measured.judge({}).reason, HasSubstr("there is no bound to hold"));
  EXPECT_THAT(measured.judge({.quantile = nan, .latency = ms(1'000)}).reason,
              HasSubstr("a quantile of nan cannot be bounded"));
  EXPECT_THAT(measured.judge({.quantile = 1, .latency = ms(1'000)}).reason,
              HasSubstr("a quantile of 1 cannot be bounded"));
  EXPECT_THAT(measured.judge({.drop_percent = nan}).reason,
              HasSubstr("a share of nan % cannot bound the drops"));
  EXPECT_FALSE(measured.judge({}).holds);
  EXPECT_FALSE(measured.judge({.drop_percent = nan}).holds);
}

}  // namespace
}  // namespace jetmeter
