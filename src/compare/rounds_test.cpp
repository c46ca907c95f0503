// Two sides that were measured in turn, round by round.
#include <gmock/gmock.h>

#include <cmath>
#include <span>

#include "compare/test_runs.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

struct Rounds {
  std::vector<ComparedRun> a, b;
};

// The machine is another one in each round; only what the rounds have in common may count.
Rounds rounds(int count, double factor) {
  Rounds out;
  for (int i = 0; i < count; ++i) {
    const double ms = 10.0 * (1 + 0.2 * i);
    const auto seed = static_cast<std::uint64_t>(2 * i);
    out.a.push_back(run_of("a", wavy_latencies(300, ms, seed)));
    out.b.push_back(run_of("b", wavy_latencies(300, ms * factor, seed + 1)));
  }
  return out;
}

TEST(CompareRounds, PairsRounds) {
  const auto slow = rounds(6, 1.05);
  const auto c = compare_rounds(slow.a, slow.b, {});
  ASSERT_TRUE(c);
  EXPECT_EQ(c->rounds, 6);
  const auto* m = metric_named(*c, "latency_ms.p50");
  ASSERT_TRUE(m && m->ratio);
  EXPECT_EQ(m->verdict, Verdict::slower);
  EXPECT_TRUE(m->paired);
  EXPECT_NEAR(m->ratio->mid, 1.05, 0.01);
  const auto* load = metric_named(*c, "load_seconds");
  ASSERT_TRUE(load->ratio);
  EXPECT_EQ(load->verdict, Verdict::same);
  const auto alike = rounds(6, 1);
  EXPECT_NE(metric_named(*compare_rounds(alike.a, alike.b, {}), "latency_ms.p50")->verdict,
            Verdict::slower);
}

// Medians of whole runs, 30 % apart by the machine, where turns of the same time are 5 %.
TEST(CompareRounds, TakesTheRatioOfTurnsWhereThereWereTurns) {
  auto both = rounds(8, 1.05);
  for (std::size_t i = 0; i < both.a.size(); ++i) {
    auto &a = both.a[i], &b = both.b[i];
    for (auto* run : {&a, &b}) {
      run->record.slots[0].load.emplace().turns = 30;
      run->first_start["rgb"] = Nanoseconds(run == &b ? 40'000'000 : 0);
      auto& samples = run->samples["rgb"];
      for (std::size_t frame = 0; frame < 300; ++frame) {  // four at a time
        const auto turn = static_cast<double>(frame / 4);
        samples["started_seconds"][frame] = turn * 0.08 + static_cast<double>(frame % 4) * 0.01;
        samples["latency_ms"][frame] *= 1 + 0.4 * std::sin(0.2 * turn);
      }
    }
  }
  const auto c = compare_rounds(both.a, both.b, {});
  ASSERT_TRUE(c);
  EXPECT_TRUE(c->in_turn);
  const auto* m = metric_named(*c, "latency_ms.p50");
  ASSERT_TRUE(m && m->ratio);
  EXPECT_NEAR(m->ratio->mid, 1.05, 0.01);
  EXPECT_LT(m->ratio->high - m->ratio->low, 0.02);
  EXPECT_EQ(m->verdict, Verdict::slower);
  for (auto& run : both.a) run.record.slots[0].load->turns.reset();
  EXPECT_FALSE(compare_rounds(both.a, both.b, {.force = true})->in_turn);
}

TEST(CompareRounds, SaysWhenThereAreTooFew) {
  const auto two = rounds(2, 1.5);
  const auto c = compare_rounds(two.a, two.b, {});
  ASSERT_TRUE(c);
  const auto* m = metric_named(*c, "latency_ms.p50");
  EXPECT_EQ(m->verdict, Verdict::cannot_tell);
  EXPECT_EQ(m->reason, "2 rounds are too few for an interval, which takes 4");
  EXPECT_FALSE(compare_rounds({}, {}, {}));
  EXPECT_FALSE(compare_rounds(two.a, std::span(two.b).first(1), {}));
}

TEST(CompareRounds, RefusesWhatIsNotComparable) {
  auto two = rounds(2, 1.5);
  for (auto& run : two.b) run.record.slots[0].backend->precision = "fp16";
  EXPECT_THAT(compare_rounds(two.a, two.b, {}).error().what, HasSubstr("precision (fp32 / fp16)"));
}

TEST(CompareRounds, RefusesARoundThatIsNotComparableWhereverItIs) {
  auto five = rounds(5, 1.5);
  five.b[4].record.machine.power_mode = "15W";
  EXPECT_THAT(compare_rounds(five.a, five.b, {}).error().what, HasSubstr("power mode (25W / 15W)"));
  const CompareOptions force{.force = true};
  EXPECT_EQ(compare_rounds(five.a, five.b, force)->rounds, 5);
}

TEST(CompareRounds, ADifferenceOfAStepOfTheClockIsNone) {
  ComparedRound round;
  round.metrics = {{"model", "latency_ms.p50", Better::lower, 40e-6, 30e-6, 0.75, 20e-6}};
  const auto c = compare_rounds(std::vector<ComparedRound>(8, round), {});
  ASSERT_TRUE(c);
  EXPECT_EQ(c->metrics.at(0).verdict, Verdict::cannot_tell);
  EXPECT_THAT(c->metrics[0].reason, HasSubstr("a step of the clock, 20 ns"));
  round.metrics[0].clock_step_ms = 0;
  EXPECT_EQ(compare_rounds(std::vector<ComparedRound>(8, round), {})->metrics[0].verdict,
            Verdict::faster);
}

TEST(CompareRounds, OfARoundItsValuesAreEnough) {
  const auto six = rounds(6, 1.05);
  std::vector<ComparedRound> kept;
  for (std::size_t i = 0; i < six.a.size(); ++i)
    kept.push_back(compare_round(six.a[i], six.b[i], {}).value());
  const auto whole = compare_rounds(six.a, six.b, {}), of_values = compare_rounds(kept, {});
  ASSERT_TRUE(whole && of_values);
  ASSERT_EQ(whole->metrics.size(), of_values->metrics.size());
  const auto* m = metric_named(*of_values, "latency_ms.p50");
  EXPECT_EQ(m->ratio->mid, metric_named(*whole, "latency_ms.p50")->ratio->mid);
  EXPECT_EQ(m->verdict, Verdict::slower);
  kept[2].metrics.clear();
  EXPECT_EQ(compare_rounds(kept, {})->rounds, 6) << "a round may lack a metric";
  EXPECT_FALSE(compare_rounds(std::span<const ComparedRound>(), {}));
}

}  // namespace
}  // namespace jetmeter
