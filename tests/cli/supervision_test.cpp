// A run survives its models: whatever one worker does, the other slot completes, the report is
// whole, the reason names what happened, and what was measured before is kept.
#include <gmock/gmock.h>

#include "support/program.h"
#include "support/reference_model.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr int kFrames = 30;
// Inferences before the measured pass: first, warm-up (2) and solo (5).
constexpr int kBefore = 1 + 2 + 5;

struct DualRun {
  Workplace place;
  ProgramResult result;
  nlohmann::json report;
  std::vector<nlohmann::json> frames;

  explicit DualRun(const std::string& rgb_model_text, std::vector<std::string> extra = {},
                   const std::string& rgb_name = "rgb.ref") {
    const auto rgb = place.write(rgb_name, rgb_model_text);
    const auto thermal = place.write("thermal.ref", ReferenceModel{}.text());
    std::vector<std::string> words{"detect",
                                   "--model0",
                                   rgb,
                                   "--model1",
                                   thermal,
                                   "--rgb-source",
                                   "synthetic=rgb",
                                   "--thermal-source",
                                   "synthetic=thermal",
                                   "--max-frames",
                                   std::to_string(kFrames),
                                   "--warmup",
                                   "2",
                                   "--solo-frames",
                                   "5",
                                   "--metrics-interval",
                                   "50ms",
                                   "--out",
                                   place / "run"};
    words.insert(words.end(), extra.begin(), extra.end());
    result = run_program(words, place);
    if (std::filesystem::exists(place / "run/report.json")) {
      report = read_json(place / "run/report.json");
      frames = read_json_lines(place / "run/frames.jsonl");
    }
  }

  const nlohmann::json& slot(std::size_t index) const { return report.at("slots").at(index); }
  std::string reason(std::size_t index) const { return slot(index).at("reason"); }
  std::ptrdiff_t measured(const std::string& slot) const {
    return std::count_if(frames.begin(), frames.end(), [&](const auto& frame) {
      return frame.at("slot") == slot && frame.at("pass") == "measure";
    });
  }
};

void expect_the_other_slot_whole(const DualRun& run) {
  ASSERT_FALSE(run.report.is_null()) << run.result.err;
  EXPECT_EQ(run.result.exit_code, 2) << run.result.err;
  EXPECT_EQ(run.slot(0).at("status"), "failed");
  EXPECT_EQ(run.slot(1).at("status"), "completed");
  EXPECT_EQ(run.slot(1).at("frames"), kFrames);
  EXPECT_EQ(run.measured("thermal"), kFrames);
  EXPECT_EQ(run.report.at("run").at("verdict"), "incomplete");
  for (const auto* name : {"report.md", "report.csv", "metrics.jsonl", "run.log"})
    EXPECT_GT(std::filesystem::file_size(run.place.path() / "run" / name), 0U) << name;
}

// The fault strikes in the eleventh measured frame: ten samples were taken before it.
class WorkerFault : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(WorkerFault, CostsItsSlotOnlyAndNoSampleBefore) {
  const auto [kind, words] = GetParam();
  // It holds for the healthy worker too, from its start on.
  const auto* timeout = std::string_view(kind) == "hang" ? "10s" : "60s";
  const DualRun run(ReferenceModel{.fault = kind, .at = kBefore + 10}.text(),
                    {"--timeout", timeout});
  expect_the_other_slot_whole(run);
  EXPECT_THAT(run.reason(0), HasSubstr(words));
  EXPECT_EQ(run.measured("rgb"), 10);
  EXPECT_EQ(run.slot(0).at("frames"), 10);
  EXPECT_THAT(run.result.err, HasSubstr(words));
}

INSTANTIATE_TEST_SUITE_P(
    , WorkerFault,
    testing::Values(std::pair{"segfault", "signal SIGSEGV (segmentation fault) in phase measure"},
                    std::pair{"kill", "signal SIGKILL (killed) in phase measure, after 10"},
                    std::pair{"hang", "no sign of life for 10.0 s in phase measure"},
                    std::pair{"throw", "an exception"}, std::pair{"fail", "fail"},
                    std::pair{"exit", "exit code 7"}),
    [](const auto& test) { return std::string(test.param.first); });

TEST(WorkerFaultAtLoad, CostsItsSlotOnly) {
  const DualRun run(ReferenceModel{.fault = "segfault", .phase = "load"}.text());
  expect_the_other_slot_whole(run);
  EXPECT_THAT(run.reason(0), AllOf(HasSubstr("SIGSEGV"), HasSubstr("in phase load")));
  EXPECT_EQ(run.slot(0).at("frames"), 0);
  EXPECT_TRUE(run.slot(0).at("latency_ms").at("mean").is_null());
}

TEST(WorkerFaultAtLoad, AHangEndsByTheTimeOut) {
  const DualRun run(ReferenceModel{.fault = "hang", .phase = "load"}.text(), {"--timeout", "10s"});
  expect_the_other_slot_whole(run);
  EXPECT_THAT(run.reason(0), HasSubstr("in phase load"));
}

TEST(CorruptModel, CostsItsSlotOnlyInTheBackendsOwnWords) {
  const DualRun run("this is no model", {}, "rgb.onnx");
  expect_the_other_slot_whole(run);
  EXPECT_THAT(run.reason(0), AllOf(HasSubstr("cannot load"), HasSubstr("rgb.onnx")));
}

TEST(SingleSlot, WithNothingMeasuredEndsWithCodeFour) {
  const Workplace place;
  const auto model = place.write("m.onnx", "");
  const auto result = run_program(
      {"detect", "--model0", model, "--source", "synthetic", "--out", place / "run"}, place);
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, HasSubstr("0 bytes"));
  EXPECT_EQ(read_json(place / "run/report.json").at("run").at("verdict"), "failed");
}

TEST(BothSlotsFailing, StillWriteAReportWithBothReasons) {
  const Workplace place;
  const auto bad = place.write("bad.ref", ReferenceModel{.fault = "exit", .phase = "load"}.text());
  const auto worse =
      place.write("worse.ref", ReferenceModel{.fault = "kill", .phase = "load"}.text());
  const auto result =
      run_program({"detect", "--model0", bad, "--model1", worse, "--rgb-source", "synthetic",
                   "--thermal-source", "synthetic=thermal", "--out", place / "run"},
                  place);
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, AllOf(HasSubstr("exit code 7"), HasSubstr("SIGKILL")));
}

// Runs are counted by model, and here both slots have one.
TEST(SharedWorker, ThatDiesIsWhyBothSlotsFell) {
  const Workplace place;
  const auto model =
      place.write("one.ref", ReferenceModel{.fault = "segfault", .at = 2 * kBefore + 10}.text());
  const auto result =
      run_program({"detect", "--model0", model, "--model1", model, "--rgb-source", "synthetic=rgb",
                   "--thermal-source", "synthetic=thermal", "--max-frames", std::to_string(kFrames),
                   "--warmup", "2", "--solo-frames", "5", "--out", place / "run"},
                  place);
  EXPECT_EQ(result.exit_code, 2) << result.err;
  const auto slots = read_json(place / "run/report.json").at("slots");
  const auto reason = [&](std::size_t slot) { return slots[slot].at("reason").get<std::string>(); };
  for (const std::size_t slot : {0U, 1U}) {
    EXPECT_EQ(slots[slot].at("status"), "failed");
    EXPECT_THAT(reason(slot), HasSubstr("signal SIGSEGV (segmentation fault) in phase measure"));
  }
  EXPECT_THAT(reason(0), HasSubstr("the slot shares its worker with thermal, since both"));
  EXPECT_THAT(reason(1), HasSubstr("the slot shares its worker with rgb, since both"));
}

class Interrupt : public testing::TestWithParam<int> {};

TEST_P(Interrupt, FinishesTheReport) {
  const Workplace place;
  const auto model = place.write("slow.ref", ReferenceModel{.delay_ms = 20}.text());
  Program program({"detect", "--model0", model, "--source", "synthetic", "--max-frames", "0",
                   "--out", place / "run"},
                  place);
  const auto frames = place.path() / "run/frames.jsonl";
  ASSERT_TRUE(eventually([&] { return count_lines(slurp(frames)) >= 10; }));
  program.signal(GetParam());
  const auto result = program.wait();
  EXPECT_EQ(result.exit_code, 130) << result.err;
  const auto report = read_json(place / "run/report.json");
  EXPECT_EQ(report.at("run").at("verdict"), "interrupted");
  EXPECT_GE(report.at("slots").at(0).at("frames").get<int>(), 10);
  EXPECT_EQ(report.at("slots").at(0).at("status"), "completed");
}

INSTANTIATE_TEST_SUITE_P(, Interrupt, testing::Values(SIGINT, SIGTERM),
                         [](const auto& test) { return test.param == SIGINT ? "Int" : "Term"; });

TEST(InterruptedLoad, DoesNotWaitForTheModel) {
  const Workplace place;
  const auto model = place.write("slow.ref", ReferenceModel{.load_delay_ms = 60000}.text());
  Program program({"detect", "--model0", model, "--source", "synthetic", "--out", place / "run"},
                  place);
  ASSERT_TRUE(
      eventually([&] { return slurp(place / "stderr.txt").find("[5/7]") != std::string::npos; }));
  program.signal(SIGINT);
  const auto result = program.wait();
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_EQ(read_json(place / "run/report.json").at("slots").at(0).at("reason"), "interrupted");
}

TEST(KilledSupervisor, TakesItsWorkersWithItAndLeavesTheSamples) {
  const Workplace place;
  const auto model = place.write("slow.ref", ReferenceModel{.delay_ms = 10}.text());
  Program program({"detect", "--model0", model, "--source", "synthetic", "--max-frames", "0",
                   "--metrics-interval", "20ms", "--out", place / "run"},
                  place);
  const auto frames = place.path() / "run/frames.jsonl";
  ASSERT_TRUE(eventually([&] { return count_lines(slurp(frames)) >= 10; }));
  program.signal(SIGKILL);
  EXPECT_EQ(program.wait().exit_code, 128 + SIGKILL);
  const auto lines = count_lines(slurp(frames));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(count_lines(slurp(frames)), lines);
  EXPECT_EQ(read_json_lines(frames).size(), lines);
}

// 64 MB of weights: once when both slots name one file, twice when they name two.
double worker_megabytes(bool same_file) {
  const Workplace place;
  const auto text = ReferenceModel{.delay_ms = 5, .allocate_mb = 64}.text();
  const auto first = place.write("a.ref", text), second = place.write("b.ref", text);
  const auto result =
      run_program({"detect", "--model0", first, "--model1", same_file ? first : second,
                   "--rgb-source", "synthetic", "--thermal-source", "synthetic", "--max-frames",
                   "60", "--metrics-interval", "20ms", "--out", place / "run"},
                  place);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto report = read_json(place / "run/report.json");
  EXPECT_EQ(report.at("slots").at(1).at("model").at("shared_with").is_null() ||
                report.at("slots").at(1).at("model").at("shared_with") == "",
            !same_file);
  double peak = 0;
  for (const auto& slot : report.at("slots"))
    peak = same_file ? std::max(peak, slot.at("memory").at("peak_bytes").get<double>())
                     : peak + slot.at("memory").at("peak_bytes").get<double>();
  return peak / (1 << 20);
}

TEST(SharedWeights, AreInMemoryOnce) {
  EXPECT_LT(worker_megabytes(true) + 48, worker_megabytes(false));
}

}  // namespace
}  // namespace jetmeter
