#include "run/ladder.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class HandTurnedClock final : public Clock {
 public:
  Nanoseconds monotonic() const override { return now; }
  WallTime wall() const override { return {}; }
  mutable Nanoseconds now{0};
};

// Takes a fixed time of the hand-turned clock, and writes down that it ran.
class FakeTask final : public Task {
 public:
  FakeTask(HandTurnedClock& clock, Nanoseconds takes, char mark, std::string& order)
      : clock_(clock), takes_(takes), mark_(mark), order_(order) {}
  Result<void> run(StageTimes&) override {
    if (++runs == fails_at) return fail("the device is gone");
    if (order_.empty() || order_.back() != mark_) order_ += mark_;
    clock_.now += takes_;
    return {};
  }
  int runs = 0, fails_at = 0;

 private:
  HandTurnedClock& clock_;
  Nanoseconds takes_;
  char mark_;
  std::string& order_;
};

constexpr Nanoseconds kMillisecond = std::chrono::milliseconds(1);

struct Ladder : testing::Test {
  HandTurnedClock clock;
  std::string order;
  FakeTask fast{clock, 10 * kMillisecond, 'a', order}, slow{clock, 14 * kMillisecond, 'b', order};
  LadderOptions options{.rounds = 4, .round_time = 100 * kMillisecond, .least_count = 3};

  std::vector<RungMeasured> climbed(const std::vector<Rung>& rungs) {
    return climb(rungs, options, {.clock = &clock});
  }
};

TEST_F(Ladder, TakesTheRungsInTurnForthAndBack) {
  climbed({{"one", "", &fast}, {"two", "", &slow}});
  EXPECT_EQ(order, "abababa");  // settling, then ab ba ab ba: marks of one task merge
}

TEST_F(Ladder, FillsARoundAndTakesAtLeastSoMany) {
  const auto rungs = climbed({{"one", "", &fast}, {"two", "", &slow}});
  EXPECT_THAT(rungs[0].latencies_ms, SizeIs(4 * 10));  // 100 ms / 10 ms
  EXPECT_THAT(rungs[1].latencies_ms, SizeIs(4 * 7));   // 100 ms / 14 ms
  options.round_time = kMillisecond;
  EXPECT_THAT(climbed({{"one", "", &fast}})[0].latencies_ms, SizeIs(4 * 3));
}

TEST_F(Ladder, ARungThatIsTimedAsAWholeHasNoSingleLatencies) {
  const auto rungs = climbed({{"whole", "", &fast, false}});
  EXPECT_THAT(rungs[0].round_ms, ElementsAre(10, 10, 10, 10));
  EXPECT_TRUE(rungs[0].latencies_ms.empty());
}

// One of four takes long: half of the work never shows it.
TEST_F(Ladder, EveryRungIsAsLongAsItsMeanSoThatSkewChargesNone) {
  struct Skewed final : Task {
    explicit Skewed(HandTurnedClock& of) : clock(of) {}
    Result<void> run(StageTimes&) override {
      clock.now += (runs++ % 4 == 3 ? 70 : 10) * kMillisecond;
      return {};
    }
    HandTurnedClock& clock;
    int runs = 0;
  };
  Skewed whole(clock), single(clock);
  options.least_count = 12;
  options.round_time = kMillisecond;
  const auto rungs = climbed({{"whole", "", &whole, false}, {"single", "", &single}});
  EXPECT_THAT(rungs[1].round_ms, ElementsAre(25, 25, 25, 25));
  EXPECT_EQ(rungs[0].round_ms, rungs[1].round_ms);
  const auto steps = ladder_steps(rungs);
  EXPECT_DOUBLE_EQ(steps[1].added_ms.value(), 0);
  EXPECT_DOUBLE_EQ(steps[1].per_second.value(), 40);
  EXPECT_EQ(steps[1].latency_ms.p50, 10) << "a number of its own";
}

TEST_F(Ladder, ATaskThatFailsCostsItsOwnRung) {
  slow.fails_at = 5;
  const auto rungs = climbed({{"one", "", &fast}, {"two", "", &slow}, {"three", "", &fast}});
  EXPECT_EQ(rungs[1].reason, "the device is gone");
  EXPECT_TRUE(rungs[1].round_ms.empty());
  EXPECT_THAT(rungs[0].round_ms, SizeIs(4));
  EXPECT_THAT(rungs[2].round_ms, SizeIs(4));
}

TEST_F(Ladder, ARungWithoutATaskKeepsItsReason) {
  const auto rungs = climbed({{"one", "", &fast}, {"two", "", nullptr, true, "no pipeline fits"}});
  EXPECT_EQ(rungs[1].reason, "no pipeline fits");
  EXPECT_THAT(rungs[0].round_ms, SizeIs(4));
}

TEST_F(Ladder, EndsWhenAsked) {
  const std::atomic<bool> stop{true};
  const std::vector<Rung> rungs{{"one", "", &fast}};
  const auto climbed = climb(rungs, options, {.clock = &clock, .stop = &stop});
  EXPECT_TRUE(climbed[0].round_ms.empty());
  EXPECT_EQ(climbed[0].reason, "the run was interrupted before it was measured");
  EXPECT_EQ(fast.runs, 0);
}

TEST_F(Ladder, KeepsWhatWasMeasuredUntilItWasAskedToEnd) {
  struct Stopping final : Task {
    Stopping(Task& inner_task, std::atomic<bool>& to_set) : inner(inner_task), stop(to_set) {}
    Result<void> run(StageTimes& stages) override {
      if (++runs == 2 + 2) stop = true;  // after settling, its second inference
      return inner.run(stages);
    }
    Task& inner;
    std::atomic<bool>& stop;
    int runs = 0;
  };
  std::atomic<bool> stop{false};
  Stopping stopping(slow, stop);
  const std::vector<Rung> rungs{{"one", "", &fast}, {"two", "", &stopping}, {"three", "", &fast}};
  const auto climbed = climb(rungs, options, {.clock = &clock, .stop = &stop});
  EXPECT_THAT(climbed[0].round_ms, ElementsAre(10));
  EXPECT_THAT(climbed[1].round_ms, ElementsAre(14)) << "of two inferences, not of seven";
  EXPECT_THAT(climbed[1].latencies_ms, SizeIs(2));
  EXPECT_TRUE(climbed[2].round_ms.empty());
  EXPECT_EQ(climbed[2].reason, "the run was interrupted before it was measured");
  EXPECT_DOUBLE_EQ(ladder_steps(climbed)[1].added_ms.value(), 4);
}

// Rounds of 10 ms and of 11 ms by turns: the median is known better with every pair.
class WaveringTask final : public Task {
 public:
  explicit WaveringTask(HandTurnedClock& clock) : clock_(clock) {}
  Result<void> run(StageTimes&) override {
    clock_.now += runs++ % 2 == 0 ? 10 * kMillisecond : 11 * kMillisecond;
    return {};
  }
  int runs = 0;

 private:
  HandTurnedClock& clock_;
};

TEST_F(Ladder, GoesOnInPairsUntilEveryMedianIsKnownAsAsked) {
  options.least_count = 1;
  options.round_time = kMillisecond;
  options.median_within_percent = 6;
  options.max_time = std::chrono::hours(1);
  const auto rungs = climbed({{"steady", "", &fast}, {"other", "", &slow}});
  EXPECT_GE(rungs[0].round_ms.size(), 6U) << "four rounds say nothing of a median";
  EXPECT_LE(rungs[0].round_ms.size(), 8U);
  EXPECT_EQ(rungs[0].round_ms.size() % 2, 0U);
  EXPECT_EQ(rungs[1].round_ms.size(), rungs[0].round_ms.size());
  EXPECT_EQ(median_within_percent(rungs), 0);
}

TEST_F(Ladder, SpendsNoMoreThanItsTimeOnPrecision) {
  WaveringTask wavering(clock);
  options.least_count = 1;
  options.round_time = kMillisecond;
  options.median_within_percent = 1e-9;
  options.max_time = 200 * kMillisecond;
  const auto rungs = climbed({{"wavering", "", &wavering}});
  EXPECT_THAT(rungs[0].round_ms, SizeIs(18)) << "after 21 ms of settling, pairs of 21 ms";
  options.max_time = Nanoseconds{0};
  EXPECT_THAT(climbed({{"wavering", "", &wavering}})[0].round_ms, SizeIs(4));
}

TEST_F(Ladder, AskedToEndItGoesOnForNoPrecision) {
  std::atomic<bool> stop{true};
  options.median_within_percent = 1;
  options.max_time = std::chrono::hours(1);
  const std::vector<Rung> rungs{{"one", "", &fast}};
  EXPECT_TRUE(climb(rungs, options, {.clock = &clock, .stop = &stop})[0].round_ms.empty());
}

TEST_F(Ladder, AFailedRungHoldsNoPrecisionUp) {
  slow.fails_at = 1;
  options.median_within_percent = 1;
  options.max_time = std::chrono::hours(1);
  const auto rungs = climbed({{"one", "", &fast}, {"two", "", &slow}});
  EXPECT_LE(rungs[0].round_ms.size(), 8U);
  EXPECT_EQ(median_within_percent(rungs), 0) << "of what was measured";
  EXPECT_FALSE(median_within_percent(std::span<const RungMeasured>{}));
}

TEST(LadderFor, MeasuresEveryRungForTheLeastTime) {
  const auto rounds = [](Nanoseconds min_time) {
    return ladder_for({.min_time = min_time}).rounds;
  };
  EXPECT_EQ(rounds(Nanoseconds{0}), 8);
  EXPECT_EQ(rounds(std::chrono::seconds(2)), 8);
  EXPECT_EQ(rounds(std::chrono::seconds(3)), 12);
  EXPECT_EQ(rounds(std::chrono::milliseconds(3001)), 14);
  EXPECT_EQ(rounds(std::chrono::hours(100)), 100'000);
}

TEST(LadderFor, AsksOfEveryRungWhatIsAskedOfTheMedian) {
  EXPECT_FALSE(ladder_for({}).median_within_percent);
  const auto options =
      ladder_for({.median_within_percent = 1.5, .max_time = std::chrono::seconds(9)});
  EXPECT_EQ(options.median_within_percent, 1.5);
  EXPECT_EQ(options.max_time, std::chrono::seconds(9));
}

TEST(LadderSteps, TellWhatEachRungAdds) {
  const std::vector<RungMeasured> rungs{{"one", "", "", "", {10, 11, 10, 12, 10}, {}},
                                        {"two", "", "", "", {13, 14, 13, 15, 13}, {13, 14}}};
  const auto steps = ladder_steps(rungs);
  EXPECT_DOUBLE_EQ(steps[0].ms.value(), 10);
  EXPECT_DOUBLE_EQ(steps[0].per_second.value(), 100);
  EXPECT_FALSE(steps[0].added_ms);
  EXPECT_DOUBLE_EQ(steps[1].added_ms.value(), 3);
  EXPECT_DOUBLE_EQ(steps[1].added_low_ms.value(), 3);
  EXPECT_DOUBLE_EQ(steps[1].added_high_ms.value(), 3);
  EXPECT_EQ(steps[1].latency_ms.n, 2);
}

TEST(LadderSteps, PassOverARungWithoutNumbers) {
  const std::vector<RungMeasured> rungs{{"one", "", "", "", {10, 10, 10, 10}, {}},
                                        {"two", "", "broken", "", {}, {}},
                                        {"three", "", "", "", {15, 15, 15, 15}, {}}};
  const auto steps = ladder_steps(rungs);
  EXPECT_FALSE(steps[1].ms || steps[1].added_ms || steps[1].per_second);
  EXPECT_EQ(steps[1].reason, "broken");
  EXPECT_DOUBLE_EQ(steps[2].added_ms.value(), 5);  // to the rung that was measured
}

TEST(LadderSteps, AddToTheRungThatTheyContain) {
  const std::vector<RungMeasured> rungs{{"one", "", "", "", {10, 10, 10, 10}, {}},
                                        {"two", "", "", "", {12, 12, 12, 12}, {}},
                                        {"three", "", "", "one", {15, 15, 15, 15}, {}},
                                        {"four", "", "", "", {16, 16, 16, 16}, {}},
                                        {"five", "", "", "nobody", {17, 17, 17, 17}, {}}};
  const auto steps = ladder_steps(rungs);
  EXPECT_DOUBLE_EQ(steps[1].added_ms.value(), 2);
  EXPECT_DOUBLE_EQ(steps[2].added_ms.value(), 5);
  EXPECT_DOUBLE_EQ(steps[3].added_ms.value(), 1);
  EXPECT_FALSE(steps[4].added_ms) << "the rung was not measured";
}

TEST(LadderSteps, OfTooFewRoundsHaveNoInterval) {
  const std::vector<RungMeasured> rungs{{"one", "", "", "", {10, 10, 10}, {}},
                                        {"two", "", "", "", {12, 13, 12}, {}}};
  const auto steps = ladder_steps(rungs);
  EXPECT_DOUBLE_EQ(steps[1].added_ms.value(), 2);
  EXPECT_FALSE(steps[1].added_low_ms);
}

}  // namespace
}  // namespace jetmeter
