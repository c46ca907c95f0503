#include <gmock/gmock.h>

#include <array>

#include "compare/test_runs.h"
#include "jetmeter/compare.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

ComparedRun run(std::string name) {
  return run_of(std::move(name), wavy_latencies(50, 10, 1));
}

std::vector<Difference> after(void (*change)(Record&)) {
  std::vector<ComparedRun> runs{run("a"), run("b")};
  change(runs[1].record);
  return differences(runs);
}

TEST(Differences, NoneBetweenRunsThatAreAlike) {
  EXPECT_THAT(after([](Record&) {}), IsEmpty());
}

TEST(Differences, AnOptionOfOneRunOnly) {
  const auto found = after([](Record& r) {
    r.run.config.push_back({"max-frames", "500"});
    r.run.config[4].second = "b=3";
  });
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].what, "--backend-option");
  EXPECT_THAT(found[0].values, ElementsAre("a=1, b=2", "a=1, b=3"));
  EXPECT_EQ(found[1].what, "--max-frames");
  EXPECT_THAT(found[1].values, ElementsAre("-", "500"));
  EXPECT_FALSE(found[1].blocking);
}

struct Change {
  const char* what;
  void (*make)(Record&);
};

TEST(Differences, WhatMakesAComparisonMeaninglessBlocks) {
  const Change changes[] = {
      {"board", [](Record& r) { r.machine.board->module = "Jetson Orin NX 16GB"; }},
      {"board", [](Record& r) { r.machine.board.reset(); }},
      {"cpu", [](Record& r) { r.machine.cpu = "another"; }},
      {"gpu", [](Record& r) { r.machine.gpus.clear(); }},
      {"memory architecture",
       [](Record& r) { r.machine.memory_architecture = MemoryArchitecture::host; }},
      {"power mode", [](Record& r) { r.machine.power_mode = "15W"; }},
      {"precision", [](Record& r) { r.slots[0].backend->precision = "fp16"; }},
      {"inputs", [](Record& r) { r.slots[0].model->inputs[0].shape[0] = 8; }},
      {"inputs", [](Record& r) { r.slots[0].model->inputs[0].type = ElementType::uint8; }}};
  for (const auto& change : changes) {
    const auto found = after(change.make);
    ASSERT_FALSE(found.empty()) << change.what;
    EXPECT_EQ(found[0].what, change.what);
    EXPECT_TRUE(found[0].blocking) << change.what;
  }
}

TEST(Differences, WhatPeopleCompareDoesNotBlock) {
  const Change changes[] = {
      {"model", [](Record& r) { r.slots[0].model->sha256 = std::string(64, 'b'); }},
      {"backend", [](Record& r) { r.slots[0].backend->name = "tensorrt"; }},
      {"threads", [](Record& r) { r.slots[0].backend->threads = 2; }},
      {"backend options", [](Record& r) { r.slots[0].backend->options.clear(); }},
      {"kernel", [](Record& r) { r.machine.kernel = "6.1"; }},
      {"governor", [](Record& r) { r.machine.governor = "performance"; }},
      {"clocks locked", [](Record& r) { r.machine.clocks.locked = true; }},
      {"pipeline", [](Record& r) { r.slots[0].pipeline->confidence = 0.5F; }},
      {"source", [](Record& r) { r.slots[0].source->location = "elsewhere"; }},
      {"slots", [](Record& r) { r.slots[0].name = "yolox"; }},
      {"disturbances", [](Record& r) { r.run.disturbances = sample_record().run.disturbances; }},
      {"jetmeter", [](Record& r) { r.run.tool_git = "ba9876543210"; }}};
  for (const auto& change : changes) {
    const auto found = after(change.make);
    ASSERT_THAT(found, SizeIs(1)) << change.what;
    EXPECT_EQ(found[0].what, change.what);
    EXPECT_FALSE(found[0].blocking) << change.what;
  }
}

TEST(Differences, WhatIsNotKnownIsShownAndBlocksNothing) {
  const auto found = after([](Record& r) { r.machine.power_mode.reset(); });
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].values, ElementsAre("25W", "-"));
  EXPECT_FALSE(found[0].blocking);
}

TEST(Differences, ScenarioAndSlotsBlock) {
  std::vector<ComparedRun> runs{run("a"), run("b"), run("c")};
  runs[0].record.run.config.push_back({"scenario", "single"});
  runs[1].record.run.config.push_back({"scenario", "rate"});
  runs[2].record.run.config.push_back({"scenario", "single"});
  runs[2].record.slots.push_back(sample_thermal_slot());
  const auto found = differences(runs);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].what, "slots");
  EXPECT_THAT(found[0].values, ElementsAre("rgb", "rgb", "rgb, thermal"));
  EXPECT_TRUE(found[0].blocking);
  EXPECT_EQ(found.back().what, "--scenario");
  EXPECT_THAT(found.back().values, ElementsAre("single", "rate", "single"));
  EXPECT_TRUE(found.back().blocking);
}

std::vector<Difference> between_loads(const LoadRecord& a, const LoadRecord& b,
                                      std::vector<std::pair<std::string, std::string>> of_a,
                                      std::vector<std::pair<std::string, std::string>> of_b) {
  std::vector<ComparedRun> runs{run("a"), run("b")};
  runs[0].record.slots[0].load = a;
  runs[1].record.slots[0].load = b;
  runs[0].record.run.config = std::move(of_a);
  runs[1].record.run.config = std::move(of_b);
  return differences(runs);
}

TEST(Differences, OfLoadsWhatWasNotTypedIsItsDefaultAndBlocks) {
  const LoadRecord single{.scenario = "single"};
  for (const auto& [option, value, usual] :
       {std::array{"copies", "true", "false"}, std::array{"queue-limit", "1", "0"},
        std::array{"count", "5", "0"}, std::array{"bound", "p99<1s", "none"}}) {
    const auto found = between_loads(single, single, {}, {{option, value}});
    ASSERT_THAT(found, SizeIs(1)) << option;
    EXPECT_EQ(found[0].what, std::string("--") + option);
    EXPECT_THAT(found[0].values, ElementsAre(usual, value));
    EXPECT_TRUE(found[0].blocking);
  }
  const auto rates = between_loads({.scenario = "rate", .per_second = 20.0},
                                   {.scenario = "rate", .per_second = 30.0}, {}, {});
  ASSERT_THAT(rates, SizeIs(1));
  EXPECT_EQ(rates[0].what, "--rate");
  EXPECT_THAT(rates[0].values, ElementsAre("20", "30"));
  EXPECT_TRUE(rates[0].blocking);
}

TEST(Differences, OfLoadsTheSameOfferInOtherWordsIsNone) {
  const LoadRecord rate{.scenario = "rate", .per_second = 20.0, .when_busy = "queue"};
  EXPECT_THAT(between_loads(rate, rate, {{"rate", "20"}, {"queue-limit", "0"}}, {{"rate", "20.0"}}),
              IsEmpty());
  const LoadRecord multi{.scenario = "multi", .in_flight = 2};
  EXPECT_THAT(between_loads(multi, multi, {{"scenario", "single"}, {"streams", "2"}},
                            {{"scenario", "multi"}, {"streams", "2"}}),
              IsEmpty());
  const auto dropped = between_loads({.scenario = "find-rate", .when_busy = "queue"},
                                     {.scenario = "find-rate", .when_busy = "drop"},
                                     {{"when-busy", "queue"}}, {{"when-busy", "queue"}});
  ASSERT_THAT(dropped, SizeIs(1));
  EXPECT_EQ(dropped[0].what, "--when-busy");
}

TEST(Differences, ModelIsNamedByFileAndContent) {
  const auto found = after([](Record& r) { r.slots[0].model->sha256 = std::string(64, 'b'); });
  EXPECT_THAT(found[0].values,
              ElementsAre("yolov8n.onnx (aaaaaaaaaaaa)", "yolov8n.onnx (bbbbbbbbbbbb)"));
}

}  // namespace
}  // namespace jetmeter
