#include "run/bench_orders.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "run/orders.h"

namespace jetmeter {
namespace {

TEST(BenchSpec, ComesBackAsItWasSent) {
  BenchSpec spec;
  spec.scenario.kind = ScenarioKind::poisson;
  spec.scenario.in_flight = 3;
  spec.scenario.per_second = 12.5;
  spec.scenario.when_busy = WhenBusy::drop;
  spec.scenario.deadline = std::chrono::milliseconds(33);
  spec.stop.median_within_percent = 1.5;
  spec.stop.max_count = 77;
  spec.warm_up.min_count = 5;
  spec.find_rate = RateBound{0.95, std::chrono::milliseconds(20), std::nullopt};
  spec.shapes.wishes["images"] = {1, 3, 8, 8};
  spec.shapes.batch = 4;
  spec.fills["mask"] = Fill{.kind = FillKind::constant, .value = 2};
  spec.fills[""] = Fill{.kind = FillKind::npz, .file = "all.npz", .member = "x"};
  spec.seed = 0xFFFF'FFFF'FFFF'FFFF;
  spec.copies = spec.ladder = true;
  spec.dump_outputs = "/tmp/out.npz";
  spec.hold = std::chrono::seconds(2);
  spec.slowdown = 0.03;
  const auto back = bench_spec_from_json(to_json(spec));
  EXPECT_EQ(back.scenario.kind, ScenarioKind::poisson);
  EXPECT_EQ(back.scenario.in_flight, 3);
  EXPECT_EQ(back.scenario.per_second, 12.5);
  EXPECT_EQ(back.scenario.when_busy, WhenBusy::drop);
  EXPECT_EQ(back.scenario.deadline, std::chrono::milliseconds(33));
  EXPECT_EQ(back.stop.median_within_percent, 1.5);
  EXPECT_EQ(back.stop.max_count, 77);
  EXPECT_EQ(back.stop.min_time, spec.stop.min_time);
  EXPECT_EQ(back.warm_up.min_count, 5);
  ASSERT_TRUE(back.find_rate);
  EXPECT_EQ(back.find_rate->latency, std::chrono::milliseconds(20));
  EXPECT_FALSE(back.find_rate->drop_percent);
  EXPECT_EQ(back.shapes.wishes, spec.shapes.wishes);
  EXPECT_EQ(back.shapes.batch, 4);
  EXPECT_EQ(back.fills.at("mask").value, 2);
  EXPECT_EQ(back.fills.at("").file, "all.npz");
  EXPECT_EQ(back.fills.at("").member, "x");
  EXPECT_EQ(back.seed, spec.seed);
  EXPECT_TRUE(back.copies && back.ladder);
  EXPECT_EQ(back.dump_outputs, "/tmp/out.npz");
  EXPECT_EQ(back.hold, std::chrono::seconds(2));
  EXPECT_EQ(back.slowdown, 0.03);
}

TEST(BenchSpec, CarriesConstantsThatJsonHasNoNumberFor) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double value : {kInfinity, -kInfinity, 0.1, -1e300}) {
    BenchSpec spec;
    spec.fills["x"] = Fill{.kind = FillKind::constant, .value = value};
    EXPECT_EQ(bench_spec_from_json(to_json(spec)).fills.at("x").value, value);
  }
  BenchSpec spec;
  spec.fills["x"].value = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(bench_spec_from_json(to_json(spec)).fills.at("x").value));
}

TEST(WorkerSpec, SaysWhetherItIsALoad) {
  SlotSpec slot;
  EXPECT_FALSE(worker_spec_from_json(to_json(slot, 5)).slot.bench);
  slot.bench.emplace().stop.min_count = 42;
  EXPECT_EQ(worker_spec_from_json(to_json(slot, 0)).slot.bench.value().stop.min_count, 42);
}

TEST(BenchReport, ComesBackWithItsTrialsAndRungs) {
  BenchReport report;
  report.load.scenario = "find-rate";
  report.load.found_per_second = 61.5;
  report.load.trials = {{30, true, "p99 is 20 ms", 20, std::nullopt, 29.9}};
  report.rungs = {{"copies", "what", "", "synchronised", {1, 2}, {1.5}}};
  report.notes = {"a note with \xff in it"};  // not UTF-8
  report.unwritten = {"'out.npz' could not be written: the disk is full"};
  const auto back = bench_report_from_json(to_json(report));
  EXPECT_EQ(back.unwritten, report.unwritten);
  EXPECT_EQ(back.load.found_per_second, 61.5);
  ASSERT_EQ(back.load.trials.size(), 1U);
  EXPECT_TRUE(back.load.trials[0].holds);
  EXPECT_FALSE(back.load.trials[0].drop_percent);
  ASSERT_EQ(back.rungs.size(), 1U);
  EXPECT_EQ(back.rungs[0].round_ms, (std::vector<double>{1, 2}));
  EXPECT_EQ(back.notes.size(), 1U);
}

TEST(BenchSpec, KnowsItsSeatWhereRunsTakeTurns) {
  BenchSpec spec;
  EXPECT_FALSE(bench_spec_from_json(to_json(spec)).turns);
  spec.turns = TurnSeat{513, true};
  const auto seat = bench_spec_from_json(to_json(spec)).turns.value();
  EXPECT_EQ(seat.descriptor, 513);
  EXPECT_TRUE(seat.first);
  BenchReport report;
  EXPECT_FALSE(bench_report_from_json(to_json(report)).load.turns);
  report.load.turns = 37;
  EXPECT_EQ(bench_report_from_json(to_json(report)).load.turns, 37);
}

}  // namespace
}  // namespace jetmeter
