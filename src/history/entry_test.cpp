#include "history/entry.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

#include "history/test_records.h"
#include "history/text.h"

namespace jetmeter {
namespace {

std::map<std::string, double> by_name(const std::vector<HistoryMetric>& metrics) {
  std::map<std::string, double> values;
  for (const auto& [name, value] : metrics) values[name] = value;
  return values;
}

TEST(MetricsOf, AreNamedAsInTheRecord) {
  const auto slot = sample_rgb_slot();
  const auto metrics = metrics_of(slot);
  auto values = by_name(metrics);
  EXPECT_EQ(values.size(), metrics.size());
  EXPECT_EQ(values.at("throughput_fps"), 50.0);
  EXPECT_EQ(values.at("first_inference_ms"), 31.25);
  EXPECT_EQ(values.at("latency_ms.p50"), 15.5);
  EXPECT_EQ(values.at("latency_ms.max"), 40.0);
  EXPECT_EQ(values.at("stages_ms.infer.p95"), 19.25);
  EXPECT_EQ(values.at("accuracy.map50_95"), 0.5625);
  EXPECT_EQ(values.at("deadline.misses"), 3.0);
  EXPECT_EQ(values.at("interference.factor"), 1.28);
  EXPECT_EQ(values.at("memory.peak_bytes"), 220200960.0);
  EXPECT_EQ(values.at("energy.joules_per_frame"), 0.155);
  EXPECT_EQ(values.at("phases.load.seconds"), 0.25);
  EXPECT_EQ(values.at("phases.load.peak_bytes"), 104857600.0);
}

TEST(MetricsOf, WhatIsAbsentIsNoMetric) {
  SlotRecord slot;
  EXPECT_TRUE(metrics_of(slot).empty());
  EXPECT_FALSE(by_name(metrics_of(sample_rgb_slot())).contains("latency_ms.p999"));
  EXPECT_FALSE(by_name(metrics_of(sample_rgb_slot())).contains("phases.warmup.peak_bytes"));
  slot.throughput_fps = std::numeric_limits<double>::quiet_NaN();
  slot.fps_from_latency = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(metrics_of(slot).empty());
  slot.throughput_fps = 0.0;  // a reading
  EXPECT_EQ(metrics_of(slot).size(), 1U);
}

TEST(MetricsOf, HoldWhatABenchFound) {
  SlotRecord slot;
  slot.load = LoadRecord{.found_per_second = 81.5};
  slot.load->unserved = 4;
  slot.load->service_ms.p50 = 7.5;
  slot.load->lateness_ms.p99 = 0.25;
  slot.statistics = StatisticsRecord{.effective_n = 12.0, .mad_ms = 0.5};
  slot.statistics->drift_percent_over_run = -1.5;
  slot.ladder = {{.name = "copies", .ms = 3.0, .added_ms = 0.5}};
  const auto values = by_name(metrics_of(slot));
  EXPECT_EQ(values.at("load.found_per_second"), 81.5);
  EXPECT_EQ(values.at("load.unserved"), 4.0);
  EXPECT_EQ(values.at("load.dropped"), 0.0);
  EXPECT_EQ(values.at("load.missed_deadline"), 0.0);
  EXPECT_EQ(values.at("load.service_ms.p50"), 7.5);
  EXPECT_EQ(values.at("load.lateness_ms.p99"), 0.25);
  EXPECT_EQ(values.at("statistics.effective_n"), 12.0);
  EXPECT_EQ(values.at("statistics.mad_ms"), 0.5);
  EXPECT_EQ(values.at("statistics.drift_percent_over_run"), -1.5);
  EXPECT_EQ(values.at("ladder.copies.added_ms"), 0.5);
}

TEST(EntryOf, TheRateOfASearchIsAResultAndNoCondition) {
  auto record = sample_record();
  record.slots[0].load = LoadRecord{.scenario = "find-rate", .per_second = 81.5};
  EXPECT_EQ(entry_of(record, "h").slots[0].row.rate, "");
  record.slots[0].load->scenario = "poisson";
  EXPECT_EQ(entry_of(record, "h").slots[0].row.rate, "81.5");
}

TEST(EntryOf, TheConditionsAreThoseOfTheLoadAndWhatWasNotTypedHasItsDefault) {
  auto record = sample_record();
  const auto conditions = [&](LoadRecord load) {
    record.slots[0].load = std::move(load);
    return entry_of(record, "h").slots[0].row.conditions;
  };
  record.run.config = {{"scenario", "single"}, {"when-busy", "queue"}, {"queue-limit", "0"}};
  EXPECT_EQ(conditions({.scenario = "single"}), "");
  EXPECT_EQ(conditions({.scenario = "single", .turns = 4}), "turns");
  EXPECT_EQ(conditions({.scenario = "rate", .when_busy = "queue"}), "when-busy=queue");
  EXPECT_EQ(conditions({.scenario = "find-rate", .when_busy = "drop"}),
            "when-busy=drop find-rate=true bound=drops<5%");
  record.run.config = {{"copies", "true"}, {"queue-limit", "04"}};
  EXPECT_EQ(conditions({.scenario = "rate", .when_busy = "queue", .turns = 4}),
            "when-busy=queue queue-limit=4 copies=true turns");
}

TEST(MetricsOf, AnAmbiguousNameHasItsFirstValue) {
  SlotRecord slot;
  slot.phases = {{"load", 1.0, {}}, {"load", 2.0, {}}};
  ASSERT_EQ(metrics_of(slot).size(), 1U);
  EXPECT_EQ(metrics_of(slot).front().value, 1.0);
}

TEST(SubcommandOf, IsTheFirstWordAfterTheProgram) {
  EXPECT_EQ(subcommand_of("jetmeter detect --mode dual"), "detect");
  EXPECT_EQ(subcommand_of("jetmeter  bench"), "bench");
  for (const auto* none : {"", "jetmeter", "jetmeter "}) EXPECT_EQ(subcommand_of(none), "");
}

TEST(EntryOf, TheBoardIsItsModuleElseItsModelElseTheCpu) {
  auto record = sample_record();
  EXPECT_EQ(entry_of(record, "h").run.board, "Jetson Orin Nano 8GB Super");
  record.machine.board->module.reset();
  EXPECT_EQ(entry_of(record, "h").run.board, "NVIDIA Jetson Orin Nano Developer Kit");
  record.machine.board.reset();
  EXPECT_EQ(entry_of(record, "h").run.board, "ARMv8 Processor rev 1 (v8l)");
}

TEST(EntryOf, APasswordIsNotKept) {
  auto record = sample_record();
  record.run.command = "jetmeter detect --history postgresql://a:secret@lab/db";
  record.run.config = {{"history", "postgresql://a:secret@lab/db"}};
  const auto entry = entry_of(record, "h");
  EXPECT_EQ(entry.command, "jetmeter detect --history postgresql://a:***@lab/db");
  EXPECT_EQ(entry.record.find("secret"), std::string::npos);
}

TEST(EntryOf, HoldsOnlyTextThatADatabaseTakes) {
  auto record = sample_record();
  record.slots[0].model->path = std::string("dir/a\0b\xff.onnx", 13);
  EXPECT_EQ(entry_of(record, "h\xC3").slots[0].row.model, "a\uFFFDb\uFFFD.onnx");
  EXPECT_EQ(entry_of(record, "h\xC3").run.host, "h\uFFFD");
}

TEST(FirstLine, IsOneClause) {
  EXPECT_EQ(first_line("  it failed.\n\tprobably\n"), "it failed");
  EXPECT_EQ(first_line("\n \n"), "");
  EXPECT_EQ(first_line("\n."), "");
}

}  // namespace
}  // namespace jetmeter
