// jetmeter bench on the real program: what a person who measures a model sees.
#include <gmock/gmock.h>

#include <set>

#include "support/program.h"
#include "support/reference_model.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Bench : public testing::Test {
 protected:
  // Short, and without the forecast's own run.
  nlohmann::json run(const std::string& model, const std::vector<std::string>& extra) {
    std::vector<std::string> words{"bench",         place_.write("model.ref", model),
                                   "--min-time",    "0s",
                                   "--min-count",   "40",
                                   "--warmup",      "3",
                                   "--warmup-time", "0s",
                                   "--preflight",   "off",
                                   "--out",         place_ / "run"};
    words.insert(words.end(), extra.begin(), extra.end());
    result_ = run_program(words, place_);
    const auto report = place_.path() / "run/report.json";
    return std::filesystem::exists(report) ? read_json(report) : nlohmann::json();
  }
  std::vector<nlohmann::json> frames() const {
    return read_json_lines(place_ / "run/frames.jsonl");
  }

  Workplace place_;
  ProgramResult result_;
};

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

TEST_F(Bench, DropsWhatIsDueWhileTheModelIsBusy) {
  ReferenceModel slow;
  slow.delay_ms = 30;
  const auto report = run(slow.text(), {"--scenario", "rate", "--rate", "100", "--when-busy",
                                        "drop", "--min-count", "10"});
  ASSERT_EQ(result_.exit_code, 0) << result_.err;
  const auto& load = report["slots"][0]["load"];
  EXPECT_GT(load["dropped"], load["done"]);  // 30 ms of work every 10 ms
  EXPECT_EQ(load["deadline_ms"], 10);
  EXPECT_EQ(load["missed_deadline"], load["done"]);
  const auto lines = frames();
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                          [](const auto& line) { return line.value("dropped", false); }),
            load["dropped"].get<int>());
}

TEST_F(Bench, AQueueThatGrowsIsChargedToTheSystem) {
  ReferenceModel slow;
  slow.delay_ms = 20;
  const auto report =
      run(slow.text(), {"--scenario", "rate", "--rate", "100", "--min-count", "20"});
  ASSERT_EQ(result_.exit_code, 0) << result_.err;
  const auto& slot = report["slots"][0];
  EXPECT_GT(slot["latency_ms"]["max"], 100.0);  // the twentieth waited for nineteen
  EXPECT_LT(slot["load"]["service_ms"]["min"], 40.0);
  EXPECT_THAT(slot["load"]["unserved"].get<int>(), testing::Gt(0));
}

TEST_F(Bench, WaitingForWhatIsDueIsNoHanging) {
  const auto report = run(ReferenceModel{}.text(), {"--scenario", "rate", "--rate", "0.4",
                                                    "--min-count", "2", "--timeout", "2s"});
  EXPECT_EQ(result_.exit_code, 0) << result_.err;
  EXPECT_EQ(report["slots"][0]["status"], "completed");
  EXPECT_EQ(report["slots"][0]["frames"], 2);
}

TEST_F(Bench, FindsTheRateThatAModelHolds) {
  ReferenceModel steady;
  steady.delay_ms = 5;
  const auto report = run(steady.text(), {"--find-rate", "--bound", "p50<50ms", "--min-count", "5",
                                          "--trial-time", "200ms"});
  ASSERT_EQ(result_.exit_code, 0) << result_.err;
  const auto& load = report["slots"][0]["load"];
  EXPECT_EQ(load["scenario"], "find-rate");
  EXPECT_GT(load["trials"].size(), 2U);
  ASSERT_FALSE(load["found_per_second"].is_null()) << load["search_verdict"];
  // 5 ms each: never more than 200, and what trials as short as these cannot tell.
  EXPECT_LT(load["found_per_second"], 250.0);
  EXPECT_THAT(result_.out, HasSubstr("Search for the highest rate"));
}

TEST_F(Bench, LooksNoFurtherWhereTheWorkAloneBreaksTheBound) {
  ReferenceModel slow;
  slow.delay_ms = 5;
  const auto report = run(
      slow.text(), {"--find-rate", "--bound", "p99<1ms", "--min-count", "5", "--max-time", "1s"});
  EXPECT_EQ(result_.exit_code, 0) << result_.err;
  const auto& load = report["slots"][0]["load"];
  EXPECT_EQ(load["trials"].size(), 1U);
  EXPECT_TRUE(load["found_per_second"].is_null());
  EXPECT_THAT(std::string(load["search_verdict"]),
              AllOf(HasSubstr("no rate holds: at "), HasSubstr("the work alone takes ")));
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

TEST_F(Bench, DumpsTheOutputs) {
  run(ReferenceModel{}.text(), {"--dump-outputs", place_ / "out.npz"});
  EXPECT_EQ(result_.exit_code, 0) << result_.err;
  EXPECT_THAT(slurp(place_ / "out.npz"), HasSubstr("output0.npy"));
}

TEST_F(Bench, OutputsAreNeverWrittenOverAnything) {
  const auto text = ReferenceModel{}.text();
  const auto kept = place_.write("kept.npz", "precious");
  for (const auto& target : {kept, place_ / "model.ref", place_.path().string()}) {
    run(text, {"--dump-outputs", target});
    EXPECT_EQ(result_.exit_code, 1) << target;
    EXPECT_THAT(result_.err, HasSubstr("--dump-outputs")) << target;
  }
  run(text, {"--dump-outputs", place_ / "nowhere/out.npz"});
  EXPECT_EQ(result_.exit_code, 1);
  EXPECT_THAT(result_.err, HasSubstr("there is no folder"));
  EXPECT_EQ(slurp(kept), "precious");
  EXPECT_EQ(slurp(place_ / "model.ref"), text);
  EXPECT_FALSE(std::filesystem::exists(place_ / "run")) << "nothing was started";
}

TEST_F(Bench, OutputsThatCannotBeWrittenCostNoMeasurement) {
  const auto too_long = std::string(300, 'x') + ".npz";
  const auto report = run(ReferenceModel{}.text(), {"--dump-outputs", place_ / too_long});
  EXPECT_EQ(result_.exit_code, 2) << result_.err;
  EXPECT_THAT(result_.err, HasSubstr("error: model: the outputs: '"));
  EXPECT_EQ(report["run"]["verdict"], "completed");
  EXPECT_EQ(report["slots"][0]["frames"], 40);
  std::string told;
  for (const auto& warning : report["run"]["warnings"])
    if (warning["code"] == "not_written") told = warning["message"];
  EXPECT_THAT(told, HasSubstr(too_long));
}

TEST_F(Bench, ATaskThatDiesCostsNoSampleBefore) {
  ReferenceModel model;
  model.fault = "kill";
  model.at = 1 + 3 + 20;  // first inference, warm-up, twenty measured
  const auto report = run(model.text(), {});
  EXPECT_EQ(result_.exit_code, 2) << result_.err;
  EXPECT_EQ(report["slots"][0]["status"], "failed");
  EXPECT_EQ(report["slots"][0]["frames"], 20);
  const auto& load = report["slots"][0]["load"];
  ASSERT_FALSE(load.is_null());
  EXPECT_EQ(load["scenario"], "single");
  EXPECT_EQ(load["done"], 20);
  EXPECT_EQ(load["warmup_count"], 3);
  EXPECT_GT(load["loop_overhead_ns"], 0);
  EXPECT_EQ(frames().size(), 20U);
  EXPECT_THAT(std::string(report["slots"][0]["reason"]), HasSubstr("SIGKILL"));
}

TEST_F(Bench, ARuntimeThatRefusesKeepsWhatWasMeasured) {
  ReferenceModel model;
  model.fault = "fail";
  model.at = 1 + 3 + 7;
  const auto report = run(model.text(), {});
  EXPECT_EQ(result_.exit_code, 2) << result_.err;
  EXPECT_EQ(report["slots"][0]["frames"], 7);
  EXPECT_FALSE(report["slots"][0]["load"].is_null());
}

TEST_F(Bench, ASearchThatFailsKeepsItsTrials) {
  for (const std::string fault : {"fail", "kill"}) {
    ReferenceModel model;
    model.delay_ms = 3;
    model.fault = fault;
    model.at = 1 + 3 + 5 + 30;  // first inference, warm-up, a look at the speed, a trial and more
    std::filesystem::remove_all(place_.path() / "run");
    const auto report =
        run(model.text(), {"--find-rate", "--trial-time", "50ms", "--bound", "drops<50%"});
    EXPECT_EQ(result_.exit_code, 4) << result_.err;
    const auto& load = report["slots"][0]["load"];
    ASSERT_FALSE(load.is_null()) << fault;
    EXPECT_EQ(load["scenario"], "find-rate");
    EXPECT_GE(load["trials"].size(), 1U) << fault;
    EXPECT_TRUE(load["found_per_second"].is_null());
    const std::string told = fault == "fail" ? "a trial could not be made" : "";
    EXPECT_THAT(std::string(load["search_verdict"]), HasSubstr(told));
    EXPECT_THAT(slurp(place_ / "run/run.log"), HasSubstr(" a second "));
  }
}

TEST_F(Bench, CtrlCEndsTheLoadAndReportsIt) {
  Program program({"bench", place_.write("m.ref", ReferenceModel{}.text()), "--min-time", "50s",
                   "--preflight", "off", "--out", place_ / "run"},
                  place_);
  ASSERT_TRUE(eventually([&] {
    const auto lines = place_.path() / "run/frames.jsonl";
    return std::filesystem::exists(lines) && std::filesystem::file_size(lines) > 1000;
  }));
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().exit_code, 130);
  const auto report = read_json(place_ / "run/report.json");
  EXPECT_EQ(report["run"]["verdict"], "interrupted");
  EXPECT_EQ(report["slots"][0]["load"]["stopped_by"], "interrupted");
  EXPECT_GT(report["slots"][0]["frames"], 0);
}

TEST_F(Bench, RunsAgainFromItsOwnReport) {
  const auto first = run(ReferenceModel{}.text(), {"--seed", "9", "--copies"});
  ASSERT_EQ(result_.exit_code, 0) << result_.err;
  const auto again = run_program(
      {"bench", "--from", place_ / "run/report.json", "--out", place_ / "again"}, place_);
  ASSERT_EQ(again.exit_code, 0) << again.err;
  const auto second = read_json(place_ / "again/report.json");
  EXPECT_EQ(second["run"]["config"], first["run"]["config"]);
  EXPECT_EQ(second["slots"][0]["frames"], 40);
  const auto by_folder =
      run_program({"bench", "--from", place_ / "run", "--out", place_ / "third"}, place_);
  EXPECT_EQ(by_folder.exit_code, 0) << by_folder.err;
}

TEST_F(Bench, ARepetitionDumpsIntoItsOwnFolder) {
  const auto dumped = place_ / "out.npz";
  const auto first = run(ReferenceModel{}.text(), {"--dump-outputs", dumped});
  ASSERT_EQ(result_.exit_code, 0) << result_.err;
  const auto before = slurp(dumped);
  for (const auto& [from, out] : {std::pair{"run", "again"}, {"again", "and-again"}}) {
    const auto again = run_program(
        {"bench", "--from", place_ / from + "/report.json", "--out", place_ / out}, place_);
    ASSERT_EQ(again.exit_code, 0) << again.err;
    EXPECT_THAT(slurp(place_ / out + "/out.npz"), HasSubstr("output0.npy"));
    EXPECT_EQ(read_json(place_ / out + "/report.json")["run"]["config"], first["run"]["config"]);
  }
  EXPECT_EQ(slurp(dumped), before);
  const auto typed = run_program({"bench", "--from", place_ / "run/report.json", "--dump-outputs",
                                  place_.write("kept.npz", "precious")},
                                 place_);
  EXPECT_EQ(typed.exit_code, 1) << typed.err;
  EXPECT_EQ(slurp(place_ / "kept.npz"), "precious");
}

TEST_F(Bench, RunsAgainFromAnotherFolderAndTellsThatTheModelChanged) {
  Workplace there;
  there.write("m.ref", ReferenceModel{}.text());
  const auto first = run_program({"bench", "m.ref", "--min-time", "0s", "--min-count", "10",
                                  "--warmup-time", "0s", "--preflight", "off", "--out", "run"},
                                 there);
  ASSERT_EQ(first.exit_code, 0) << first.err;
  const auto report = there / "run/report.json";
  const auto same = run_program({"bench", "--from", report, "--out", "same"}, place_);
  ASSERT_EQ(same.exit_code, 0) << same.err;
  EXPECT_THAT(same.err, Not(HasSubstr("is not the model")));
  EXPECT_EQ(read_json(place_ / "same/report.json")["run"]["config"]["model"], there / "m.ref");

  there.write("m.ref", ReferenceModel{.delay_ms = 3}.text());
  const auto changed = run_program({"bench", "--from", report, "--out", "changed"}, place_);
  ASSERT_EQ(changed.exit_code, 0) << changed.err;
  const auto now = read_json(place_ / "changed/report.json");
  const std::string then = read_json(report)["slots"][0]["model"]["sha256"];
  const std::string own = now["slots"][0]["model"]["sha256"];
  std::string told;
  for (const auto& warning : now["run"]["warnings"])
    if (warning["code"] == "model_changed") told = warning["message"];
  EXPECT_THAT(told, AllOf(HasSubstr(then.substr(0, 12)), HasSubstr(own.substr(0, 12))));
  EXPECT_THAT(changed.err, HasSubstr(told));

  std::filesystem::remove(there / "m.ref");
  const auto gone = run_program({"bench", "--from", report, "--out", "gone"}, place_);
  EXPECT_EQ(gone.exit_code, 1);
  EXPECT_THAT(gone.err, AllOf(HasSubstr("there is no model file '" + (there / "m.ref")),
                              HasSubstr("where the run to be repeated had it")));
}

TEST_F(Bench, OfAnotherSubcommandsReportIsRefused) {
  const auto model = place_.write("d.ref", ReferenceModel{}.text());
  run_program({"detect", "--model0", model, "--source", "synthetic", "--max-frames", "3", "--out",
               place_ / "detect"},
              place_);
  const auto result = run_program({"bench", "--from", place_ / "detect/report.json"}, place_);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("not of jetmeter bench"));
}

TEST_F(Bench, DumpsAConfigurationThatRunsIt) {
  const auto model = place_.write("model.ref", ReferenceModel{}.text());
  const auto dumped = run_program({"bench", model, "--min-count", "12", "--min-time", "0s",
                                   "--preflight", "off", "--dump-config"},
                                  place_);
  ASSERT_EQ(dumped.exit_code, 0) << dumped.err;
  const auto result = run_program({"bench", "--config", place_.write("bench.toml", dumped.out),
                                   "--warmup-time", "0s", "--out", place_ / "run"},
                                  place_);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(read_json(place_ / "run/report.json")["run"]["config"]["min-count"], "12");
}

TEST_F(Bench, DumpsFlagsThatAreReadBack) {
  const auto model = place_.write("model.ref", ReferenceModel{}.text());
  const auto dumped =
      run_program({"bench", model, "--copies", "--find-rate", "--ladder", "--strict-memory",
                   "--in-order", "--bound", "drops<1%", "--bound", "p99<1s", "--dump-config"},
                  place_);
  ASSERT_EQ(dumped.exit_code, 0) << dumped.err;
  EXPECT_THAT(dumped.out, HasSubstr("copies = true\n"));
  const auto file = place_.write("bench.toml", dumped.out);
  const auto again = run_program({"bench", "--config", file, "--dump-config"}, place_);
  EXPECT_EQ(again.out, dumped.out) << again.err;
  const auto less =
      run_program({"bench", "--config", file, "--copies=false", "--dump-config"}, place_);
  EXPECT_THAT(less.out, AllOf(Not(HasSubstr("copies")), HasSubstr("ladder = true")));
}

TEST_F(Bench, WhatIsTypedWinsOverAFileAlsoWhereItMayBeRepeated) {
  place_.write("m.ref", ReferenceModel{}.text());
  const auto file = place_.write("bench.toml", "model = 'm.ref'\ninput = 'x=const:1'\nseed = 3\n");
  const auto dumped = run_program({"bench", "--config", file, "--dump-config"}, place_);
  ASSERT_EQ(dumped.exit_code, 0) << dumped.err;
  EXPECT_THAT(dumped.out, AllOf(HasSubstr("'m.ref'"), HasSubstr("'x=const:1'")));
  place_.write("other.ref", ReferenceModel{}.text());
  const auto typed = run_program(
      {"bench", "--config", file, "other.ref", "--input", "x=const:2", "--dump-config"}, place_);
  ASSERT_EQ(typed.exit_code, 0) << typed.err;
  EXPECT_THAT(typed.out, AllOf(HasSubstr("model = 'other.ref'"), HasSubstr("input = 'x=const:2'"),
                               HasSubstr("seed = '3'")));
}

TEST_F(Bench, AValueOfTheWrongKindInAConfigurationIsRefused) {
  const auto model = place_.write("model.ref", ReferenceModel{}.text());
  for (const auto& [text, told] : {std::pair{"[bench]\nout = true\n", "'out' takes a value"},
                                   std::pair{"copies = 3\n", "'copies' is true or false"}}) {
    const auto result = run_program(
        {"bench", model, "--config", place_.write("wrong.toml", text), "--dry-run"}, place_);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.err, AllOf(HasSubstr("wrong.toml"), HasSubstr(told)));
    EXPECT_FALSE(std::filesystem::exists(place_ / "--dry-run"));
  }
}

TEST_F(Bench, AnOpenAxisNamesTheOptionThatFillsIt) {
  const auto* model = R"({"inputs": [{"name": "x", "type": "float32", "shape": [1, -1]}],
    "outputs": [{"name": "y", "type": "float32", "shape": [1, -1]}], "behaviour": "identity"})";
  const auto report = run(model, {});
  EXPECT_EQ(result_.exit_code, 1);
  EXPECT_THAT(std::string(report["slots"][0]["reason"]), HasSubstr("--shape"));
  std::filesystem::remove_all(place_.path() / "run");
  const auto mended = run(model, {"--shape", "x=1x8"});
  EXPECT_EQ(result_.exit_code, 0) << result_.err;
  EXPECT_EQ(mended["slots"][0]["model"]["inputs"][0]["shape"], nlohmann::json({1, 8}));
}

TEST_F(Bench, AnInputsFileTellsItsShape) {
  const auto* model = R"({"inputs": [{"name": "x", "type": "float32", "shape": [-1, -1]}],
    "outputs": [{"name": "y", "type": "float32", "shape": [-1, -1]}], "behaviour": "identity"})";
  const std::string literal("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }\n");
  const auto array = place_.write("x.npy", std::string("\x93NUMPY\x01\x00", 8) +
                                               static_cast<char>(literal.size()) + '\0' + literal +
                                               std::string(32, '\0'));
  const auto report = run(model, {"--input", "x=" + array});
  ASSERT_EQ(result_.exit_code, 0) << result_.err;
  EXPECT_EQ(report["slots"][0]["model"]["inputs"][0]["shape"], nlohmann::json({2, 4}));
}

TEST_F(Bench, WhatDoesNotFitTheModelIsAWrongRequest) {
  const auto integers = place_.write("ids.ref", R"({"behaviour": "identity",
    "inputs": [{"name": "ids", "type": "int64", "shape": [1, 2]}],
    "outputs": [{"name": "y", "type": "int64", "shape": [1, 2]}]})");
  const std::vector<std::vector<std::string>> wrong{{"--batch", "4"},
                                                    {"--shape", "y=1x2"},
                                                    {"--input", "idx=random"},
                                                    {"--input", "ids=const:nan"},
                                                    {"--input", "ids=const:inf"}};
  for (auto words : wrong) {
    const auto told = words.back();
    words.insert(words.begin(), {"bench", integers, "--preflight", "off"});
    const auto result = run_program(words, place_);
    EXPECT_EQ(result.exit_code, 1) << told << result.err;
    EXPECT_THAT(result.err, Not(HasSubstr("exception"))) << told;
  }
}

TEST_F(Bench, AConstantMayBeInfiniteOrNoNumber) {
  for (const std::string constant : {"nan", "inf", "-inf"}) {
    std::filesystem::remove_all(place_.path() / "run");
    const auto report = run(ReferenceModel{}.text(), {"--input", "images=const:" + constant});
    ASSERT_EQ(result_.exit_code, 0) << result_.err;
    EXPECT_EQ(report["slots"][0]["load"]["inputs"][0], "images: constant " + constant);
  }
}

TEST_F(Bench, WrongRequestsGetOneSentenceAndCodeOne) {
  const auto model = place_.write("model.ref", ReferenceModel{}.text());
  const std::vector<std::vector<std::string>> wrong{
      {},
      {"nowhere.onnx"},
      {model, "--scenario", "rate"},
      {model, "--input", "images=missing.npy"},
      {model, "--shape", "images=1xx"},
      {model, "--bound", "p99<1ms"},
      {model, "--find-rate", "--bound", "p50<1ms", "--bound", "p90<500ms"},
      {model, "--find-rate", "--bound", "drops<150%"},
      {model, "--max-time", "1s", "--min-time", "2s"},
      {model, "--from", "nowhere.json"},
      {model, "--sweep", "threads"},
      {model, "--resume", "--threads", "1,2"},
      {model, "--cool-down", "cold", "--threads", "1,2"},
      {model, "--cool-down", "10s"},
      {model, "--in-order"},
      {model, "--sweep-seed", "3"},
      {model, "--seed", "-1"},
      {model, "--scenario", "rate", "--rate", "9", "--deadline", "0ms"},
      {model, "--rank", "beauty"}};
  for (auto words : wrong) {
    words.insert(words.begin(), "bench");
    const auto result = run_program(words, place_);
    const auto told = words.empty() ? "" : words.back();
    EXPECT_EQ(result.exit_code, 1) << told << result.err;
    EXPECT_THAT(result.err, HasSubstr("error: ")) << told;
    EXPECT_THAT(result.err, Not(HasSubstr("terminate"))) << told;
  }
}

class BenchSweepRun : public testing::Test {
 protected:
  std::vector<std::string> words(const std::vector<std::string>& extra) {
    std::vector<std::string> all{"bench",         place_.write("a.ref", ReferenceModel{}.text()),
                                 "--min-time",    "0s",
                                 "--min-count",   "5",
                                 "--warmup",      "1",
                                 "--warmup-time", "0s",
                                 "--preflight",   "off",
                                 "--out",         place_ / "sweep"};
    all.insert(all.end(), extra.begin(), extra.end());
    return all;
  }
  Workplace place_;
};

TEST_F(BenchSweepRun, RunsEveryCombinationInItsOwnFolderAndSumsThemUp) {
  const auto result = run_program(
      words({place_.write("b.ref", ReferenceModel{}.text()), "--streams", "1,2"}), place_);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto journal = read_json_lines(place_ / "sweep/sweep.jsonl");
  ASSERT_EQ(journal.size(), 5U);  // a header and four steps
  for (std::size_t i = 1; i < journal.size(); ++i) {
    EXPECT_EQ(journal[i]["status"], "completed");
    EXPECT_TRUE(std::filesystem::exists(place_.path() / "sweep" /
                                        journal[i]["out"].get<std::string>() / "report.json"));
  }
  EXPECT_TRUE(std::filesystem::exists(place_.path() / "sweep/sweep.md"));
  EXPECT_THAT(result.out, AllOf(HasSubstr("a.ref"), HasSubstr("b.ref")));
}

TEST_F(BenchSweepRun, EveryStepDumpsItsOwnOutputs) {
  const auto refused =
      run_program(words({"--streams", "1,2", "--dump-outputs", place_ / "out.npz"}), place_);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("name the file alone"));
  const auto result = run_program(words({"--streams", "1,2", "--dump-outputs", "out.npz"}), place_);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto journal = read_json_lines(place_ / "sweep/sweep.jsonl");
  ASSERT_EQ(journal.size(), 3U);
  for (std::size_t i = 1; i < journal.size(); ++i)
    EXPECT_TRUE(std::filesystem::exists(place_.path() / "sweep" /
                                        journal[i]["out"].get<std::string>() / "out.npz"));
  EXPECT_FALSE(std::filesystem::exists(place_ / "out.npz"));
}

TEST_F(BenchSweepRun, AFailedStepEndsNothingAndIsRunAgainOnResume) {
  auto broken = ReferenceModel{};
  broken.fault = "fail";
  const auto bad = place_.write("b.ref", broken.text());
  const auto first = run_program(words({bad}), place_);
  EXPECT_EQ(first.exit_code, 2) << first.err;
  place_.write("b.ref", ReferenceModel{}.text());
  const auto second = run_program(words({bad, "--resume"}), place_);
  EXPECT_EQ(second.exit_code, 0) << second.err;
  const auto journal = read_json_lines(place_ / "sweep/sweep.jsonl");
  EXPECT_EQ(journal.size(), 4U);  // header, two steps, the one that was run again
}

TEST_F(BenchSweepRun, AStepWhoseReportIsGoneRunsAgain) {
  const auto begun = words({"--streams", "1,2", "--format", "json"});
  ASSERT_EQ(run_program(begun, place_).exit_code, 0);
  const auto lost = read_json_lines(place_ / "sweep/sweep.jsonl")[1]["out"].get<std::string>();
  std::filesystem::remove_all(place_.path() / "sweep" / lost);
  auto resumed = begun;
  resumed.emplace_back("--resume");
  const auto result = run_program(resumed, place_);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("it runs again"));
  EXPECT_TRUE(std::filesystem::exists(place_.path() / "sweep" / lost / "report.json"));
  const auto summary = nlohmann::json::parse(result.out);
  for (const auto& row : summary["rows"]) EXPECT_FALSE(row["latency_p50_ms"].is_null()) << row;
  EXPECT_EQ(read_json_lines(place_ / "sweep/sweep.jsonl").size(), 4U) << "one of two again";
}

TEST_F(BenchSweepRun, TablesThatCannotBeWrittenAreNoSuccess) {
  std::filesystem::create_directories(place_.path() / "sweep");
  for (const auto* table : {"sweep.md", "sweep.csv", "sweep.json"})
    std::filesystem::create_symlink("/dev/full", place_.path() / "sweep" / table);
  const auto result = run_program(words({"--streams", "1,2", "--quiet"}), place_);
  EXPECT_EQ(result.exit_code, 2);
  for (const auto* table : {"sweep.md", "sweep.csv", "sweep.json"})
    EXPECT_THAT(result.err, HasSubstr(std::string(table) +
                                      "' could not be written whole: No space left on device"));
  EXPECT_THAT(result.out, HasSubstr("streams")) << "what was measured is shown all the same";
}

TEST_F(BenchSweepRun, AStepThatIsNotWrittenWholeIsNoSuccess) {
  const auto result = run_program(
      words({"--streams", "1,2", "--dump-outputs", std::string(300, 'x') + ".npz"}), place_);
  EXPECT_EQ(result.exit_code, 2) << result.err;
  const auto journal = read_json_lines(place_ / "sweep/sweep.jsonl");
  ASSERT_EQ(journal.size(), 3U);
  for (std::size_t i = 1; i < journal.size(); ++i) EXPECT_EQ(journal[i]["status"], "completed");
}

TEST_F(BenchSweepRun, AWrongValueCostsItsOwnStep) {
  const auto result = run_program(words({"--threads", "1,x"}), place_);
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_THAT(result.err, HasSubstr("--threads 'x' is not a number from 0 to 1024"));
}

TEST_F(BenchSweepRun, ADryRunPrintsThePlanAndDoesNothing) {
  EXPECT_EQ(run_program(words({"--threads", "1,nan", "--dry-run"}), place_).exit_code, 1);
  EXPECT_EQ(run_program(words({"--resume"}), place_).exit_code, 1);
  const auto result = run_program(words({"--threads", "1,2", "--dry-run"}), place_);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("2 steps"), HasSubstr("threads-1  threads=1\n"),
                                HasSubstr("threads-2  threads=2\n")));
  const auto once = result.out.find("min-count=5");
  EXPECT_NE(once, std::string::npos);
  EXPECT_EQ(result.out.find("min-count=5", once + 1), std::string::npos)
      << "what is the same in every step is told once";
  EXPECT_FALSE(std::filesystem::exists(place_.path() / "sweep"));
}

TEST_F(BenchSweepRun, ADryRunMissesAModelFile) {
  const auto result = run_program(words({"nowhere.ref", "--dry-run"}), place_);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out, HasSubstr("WRONG: there is no model file 'nowhere.ref'"));
}

TEST_F(BenchSweepRun, IsReadFromToml) {
  const auto file = place_.write("sweep.toml", "[sweep]\nstreams = [1, 2]\nrepeats = 2\n");
  const auto result = run_program(words({"--config", file}), place_);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(read_json_lines(place_ / "sweep/sweep.jsonl").size(), 5U);
}

TEST_F(BenchSweepRun, CtrlCLeavesWhatIsDoneForAResume) {
  ReferenceModel slow;
  slow.delay_ms = 200;
  Program program(words({place_.write("b.ref", slow.text()), place_.write("c.ref", slow.text()),
                         "--in-order", "--min-count", "20"}),
                  place_);
  ASSERT_TRUE(eventually([&] {
    const auto journal = place_.path() / "sweep/sweep.jsonl";
    return std::filesystem::exists(journal) && count_lines(slurp(journal)) >= 2;
  }));
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().exit_code, 130);
  EXPECT_TRUE(std::filesystem::exists(place_.path() / "sweep/sweep.md"));
}

}  // namespace
}  // namespace jetmeter
