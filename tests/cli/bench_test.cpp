// jetmeter bench on the real program: what a person who measures a model sees.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "cli/bench_run.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(Bench, MeasuresAModelAndSaysHowFarToBelieveIt) {
  const auto report = run(ReferenceModel{}.text(), {});
  ASSERT_EQ(result_.exit_code, 0) << result_.err;
  const auto& slot = report["slots"][0];
  EXPECT_EQ(slot["status"], "completed");
  EXPECT_EQ(slot["frames"], 40);
  EXPECT_EQ(slot["load"]["scenario"], "single");
  EXPECT_EQ(slot["load"]["stopped_by"], "minimums_met");
  EXPECT_EQ(slot["load"]["warmup_count"], 3);
  EXPECT_GT(slot["load"]["loop_overhead_ns"], 0);
  EXPECT_GE(slot["latency_ms"]["min"], 2.0);  // the model's own delay
  // 40 latencies of a machine that others share may be worth too few for an interval.
  const auto& p50 = slot["statistics"]["quantiles"]["p50"];
  EXPECT_EQ(p50["low_ms"].is_null(), p50["high_ms"].is_null());
  if (!p50["low_ms"].is_null()) {
    EXPECT_LE(p50["low_ms"], slot["latency_ms"]["p50"]);
    EXPECT_GE(p50["high_ms"], slot["latency_ms"]["p50"]);
  }
  EXPECT_EQ(slot["statistics"]["quantiles"]["p99"]["conservative_needs"], 662);
  EXPECT_TRUE(slot["pipeline"].is_null());
  EXPECT_TRUE(slot["source"].is_null());
  EXPECT_EQ(frames().size(), 40U);
  EXPECT_THAT(result_.out, AllOf(HasSubstr("How far the latency can be believed"),
                                 HasSubstr("inputs images: random")));
}

TEST_F(Bench, WritesEveryShortInferenceDown) {
  ReferenceModel model;
  model.delay_ms = 0;
  const auto report = run(model.text(), {"--min-count", "5000"});
  ASSERT_EQ(result_.exit_code, 0) << result_.err;
  const auto& slot = report["slots"][0];
  const auto lines = frames();
  ASSERT_EQ(slot["frames"], lines.size());
  ASSERT_GE(lines.size(), 5000U);
  for (std::size_t i = 0; i < lines.size(); ++i) ASSERT_EQ(lines[i]["index"], i);
  EXPECT_GT(slot["load"]["between_ns"], 0);
  EXPECT_THAT(result_.out, HasSubstr("passed between two, each written down"));
  const auto& outliers = slot["statistics"]["outliers"];
  for (const auto& index : outliers["first"]) {
    const double ms = lines[index.get<std::size_t>()]["latency_ns"].get<double>() / 1e6;
    EXPECT_TRUE(ms < outliers["below_ms"] || ms > outliers["above_ms"]) << index;
  }
}

TEST_F(Bench, KeepsTheFirstInferenceOutOfEveryAverage) {
  const auto report = run(ReferenceModel{}.text(), {});
  EXPECT_GE(report["slots"][0]["first_inference_ms"], 2.0);
  ASSERT_EQ(report["slots"][0]["speed_probe_ms"].size(), 2u);
  EXPECT_GT(report["slots"][0]["speed_probe_ms"][1], 0.1);
  EXPECT_EQ(report["slots"][0]["latency_ms"]["n"], 40);
  EXPECT_EQ(frames().front()["index"], 0);
}

TEST_F(Bench, RunsSeveralStreamsAtATime) {
  const auto report = run(ReferenceModel{}.text(), {"--streams", "3", "--min-count", "400"});
  ASSERT_EQ(result_.exit_code, 0) << result_.err;
  EXPECT_EQ(report["slots"][0]["load"]["scenario"], "multi");
  std::set<int> lanes;
  for (const auto& frame : frames()) lanes.insert(frame["lane"].get<int>());
  EXPECT_THAT(lanes, ElementsAre(0, 1, 2));
}

TEST_F(Bench, OfflineRunsSoManyAndNoMore) {
  const auto report = run(ReferenceModel{}.text(), {"--scenario", "offline", "--count", "25",
                                                    "--streams", "2", "--min-count", "1"});
  ASSERT_EQ(result_.exit_code, 0) << result_.err;
  EXPECT_EQ(report["slots"][0]["frames"], 25);
  EXPECT_EQ(report["slots"][0]["load"]["stopped_by"], "all_done");
}

TEST_F(Bench, TellsStagesThatABackendTells) {
  auto model = nlohmann::json::parse(ReferenceModel{}.text());
  model["stages"] = {{"host_to_device_us", 300},
                     {"enqueue_us", 100},
                     {"compute_us", 2000},
                     {"device_to_host_us", 200}};
  const auto report = run(model.dump(), {"--copies"});
  ASSERT_EQ(result_.exit_code, 0) << result_.err;
  const auto& stages = report["slots"][0]["stages_ms"];
  for (const auto* stage :
       {"preprocess", "host_to_device", "enqueue", "compute", "device_to_host", "postprocess"})
    EXPECT_EQ(stages[stage]["n"], 40) << stage;
  EXPECT_FALSE(stages.contains("acquire"));
  EXPECT_GE(stages["compute"]["min"], 2.0);
  EXPECT_EQ(frames().front()["host_to_device_ns"].get<int>() >= 300'000, true);
}

TEST_F(Bench, WarnsOfCopiesThatTakeLongerThanTheWork) {
  auto model = nlohmann::json::parse(ReferenceModel{}.text());
  model["stages"] = {{"host_to_device_us", 3000},
                     {"enqueue_us", 100},
                     {"compute_us", 1000},
                     {"device_to_host_us", 100}};
  run(model.dump(), {});
  EXPECT_THAT(result_.err, HasSubstr("the copy to the device takes"));
}

TEST_F(Bench, ProfilesLayersIntoTheReportAndATrace) {
  auto model = nlohmann::json::parse(ReferenceModel{}.text());
  model["layers"] = {{{"name", "conv1"}, {"type", "Conv"}, {"microseconds", 500}},
                     {{"name", "relu1"}, {"type", "Relu"}, {"microseconds", 100}}};
  const auto report = run(model.dump(), {"--layers", "5"});
  ASSERT_EQ(result_.exit_code, 0) << result_.err;
  const auto& layers = report["slots"][0]["layers"];
  ASSERT_EQ(layers.size(), 2U);
  EXPECT_EQ(layers[0]["name"], "conv1");
  EXPECT_EQ(layers[0]["calls"], 5);
  const auto trace = read_json(place_ / "run/trace.json");
  EXPECT_THAT(trace.dump(), AllOf(HasSubstr("conv1"), HasSubstr("measure")));
}

TEST_F(Bench, ClimbsTheLadder) {
  const auto report = run(ReferenceModel{}.text(), {"--ladder"});
  ASSERT_EQ(result_.exit_code, 0) << result_.err;
  const auto& ladder = report["slots"][0]["ladder"];
  ASSERT_EQ(ladder.size(), 5U);
  EXPECT_EQ(ladder[0]["name"], "back-to-back");
  EXPECT_TRUE(ladder[0]["added_ms"].is_null());
  for (const auto& rung : ladder) EXPECT_GE(rung["ms"], 2.0) << rung;
  EXPECT_EQ(ladder[4]["name"], "decoding");
  EXPECT_FALSE(ladder[4]["added_ms"].is_null());
  EXPECT_THAT(result_.out, HasSubstr("From the benchmark's number to the application's"));
}

TEST_F(Bench, ALadderWithoutAPipelineSaysWhyAndHowWellItIsKnown) {
  auto model = nlohmann::json::parse(ReferenceModel{}.text());
  model["outputs"][0]["shape"] = {1, 10};
  const auto report = run(model.dump(), {"--ladder", "--precision", "0.000001%", "--max-count",
                                         "40", "--max-time", "1s"});
  ASSERT_EQ(result_.exit_code, 0) << result_.err;
  const auto& ladder = report["slots"][0]["ladder"];
  EXPECT_FALSE(ladder[2]["ms"].is_null());
  EXPECT_TRUE(ladder[3]["ms"].is_null());
  EXPECT_THAT(std::string(ladder[3]["reason"]), HasSubstr("no pipeline around this model"));
  EXPECT_THAT(result_.err, AllOf(HasSubstr("the ladder's medians are "),
                                 HasSubstr("--max-time was spent on them")));
}

TEST_F(Bench, HoldsTheLoadedModelForAnObserver) {
  const auto report = run(ReferenceModel{}.text(), {"--hold-after-load", "300ms"});
  ASSERT_EQ(result_.exit_code, 0) << result_.err;
  EXPECT_THAT(result_.err, HasSubstr("holds the loaded model for 300 ms"));
  const auto& phases = report["slots"][0]["phases"];
  const auto hold = std::find_if(phases.begin(), phases.end(),
                                 [](const auto& phase) { return phase["name"] == "hold"; });
  ASSERT_NE(hold, phases.end());
  EXPECT_GE((*hold)["seconds"], 0.3);
}

}  // namespace
}  // namespace jetmeter
