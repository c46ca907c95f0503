// Memory limits on the real program: what passes its limit loses its row, never the run.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <thread>

#include "jetmeter/memory_limit.h"
#include "jetmeter/zoo.h"
#include "support/board_copy.h"
#include "support/program.h"
#include "support/reference_model.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kMiB = 1024 * 1024;

class MemoryRun : public testing::Test {
 protected:
  nlohmann::json run(int rgb_megabytes, const std::vector<std::string>& extra,
                     ReferenceModel rgb = {}) {
    rgb.allocate_mb = rgb_megabytes;
    std::vector<std::string> words{"detect",
                                   "--model0",
                                   place_.write("rgb.ref", rgb.text()),
                                   "--model1",
                                   place_.write("thermal.ref", ReferenceModel{}.text()),
                                   "--rgb-source",
                                   "synthetic=rgb",
                                   "--thermal-source",
                                   "synthetic=thermal",
                                   "--max-frames",
                                   "40",
                                   "--metrics-interval",
                                   "20ms",
                                   "--solo-frames",
                                   "0",
                                   "--out",
                                   place_ / "run"};
    words.insert(words.end(), extra.begin(), extra.end());
    result_ = run_program(words, place_);
    const auto report = place_.path() / "run/report.json";
    return std::filesystem::exists(report) ? read_json(report) : nlohmann::json();
  }

  Workplace place_;
  ProgramResult result_;
};

void expect_thermal_whole(const nlohmann::json& report) {
  EXPECT_EQ(report["slots"][1]["status"], "completed");
  EXPECT_EQ(report["slots"][1]["frames"], 40);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kReservesMuch = true;  // terabytes of shadow: no limit of this kind leaves room
constexpr int kOwnMiB = 600;          // and touches hundreds of MiB before anything is loaded
#else
constexpr bool kReservesMuch = false;
constexpr int kOwnMiB = 0;
#endif
// What a model of 300 MiB passes and one without memory of its own does not.
constexpr int kLimitMiB = 200 + kOwnMiB;
const std::string kLimit = std::to_string(kLimitMiB) + "MiB";

TEST_F(MemoryRun, ARefusedAllocationInTheLoadIsOverBudget) {
  if (kReservesMuch) GTEST_SKIP() << "a sanitizer reserves more than the limit for itself";
  const auto report =
      run(1024, {"--memory-limit", "512MiB", "--memory-limiter", "rlimit", "--preflight", "off"});
  ASSERT_FALSE(report.is_null()) << result_.err;
  EXPECT_EQ(result_.exit_code, 2) << result_.err;
  const auto& rgb = report["slots"][0];
  EXPECT_EQ(rgb["status"], "over_budget");
  EXPECT_THAT(std::string(rgb["reason"]),
              AllOf(HasSubstr("in phase load"), HasSubstr("512 MiB"), HasSubstr("RLIMIT_DATA")));
  EXPECT_EQ(rgb["memory"]["enforcement"], "hard");
  EXPECT_EQ(rgb["memory"]["mechanism"], "RLIMIT_DATA");
  EXPECT_EQ(rgb["memory"]["within_limit"], false);
  EXPECT_LT(rgb["memory"]["peak_bytes"], 512 * kMiB);
  ASSERT_EQ(rgb["memory"]["violations"].size(), 1u);
  const auto& refused = rgb["memory"]["violations"][0];
  EXPECT_EQ(refused["kind"], "refused");
  EXPECT_EQ(refused["phase"], "load");
  EXPECT_TRUE(refused["over_bytes"].is_null());
  EXPECT_GE(std::string(refused["began"]), std::string(report["run"]["started"]));
  EXPECT_LE(std::string(refused["began"]), std::string(report["run"]["finished"]));
  EXPECT_THAT(std::string(rgb["reason"]), Not(HasSubstr("try --backend")));
  EXPECT_THAT(slurp(place_ / "run/report.md"), HasSubstr("was refused at"));
  EXPECT_EQ(report["memory_safety"]["all_within_limit"], false);
  expect_thermal_whole(report);
}

TEST_F(MemoryRun, AKillAtTheLimitIsReportedWithTheLastKnownPeak) {
  if (kReservesMuch) GTEST_SKIP() << "a sanitizer takes more than the limit for itself";
  const auto probe = MemoryLimit::prepare(
      {}, {.bytes = 1 << 30, .limiter = Limiter::cgroup, .cgroup = "jetmeter-test-probe"});
  if (probe.budget().enforcement != Enforcement::hard)
    GTEST_SKIP() << "no memory cgroup can be made here: " << probe.budget().mechanism;
  const auto report =
      run(1024, {"--memory-limit", "256MiB", "--memory-limiter", "cgroup", "--preflight", "off"});
  ASSERT_FALSE(report.is_null()) << result_.err;
  EXPECT_EQ(result_.exit_code, 2) << result_.err;
  const auto& rgb = report["slots"][0];
  EXPECT_EQ(rgb["status"], "over_budget");
  EXPECT_THAT(std::string(rgb["reason"]),
              AllOf(HasSubstr("the kernel killed the worker at its limit of 256 MiB"),
                    HasSubstr("cgroup v"), HasSubstr("in phase load")));
  // Pages of libraries that others read in first are no part of the group's 256 MiB.
  const auto told = std::string(rgb["reason"]);
  const auto at = told.find("last known peak ");
  ASSERT_NE(at, std::string::npos) << told;
  EXPECT_GT(std::stoi(told.substr(at + 16)), 200) << told;
  EXPECT_LT(std::stoi(told.substr(at + 16)), 256 + 100) << told;
  const auto& memory = rgb["memory"];
  EXPECT_EQ(memory["within_limit"], false);
  ASSERT_EQ(memory["violations"].size(), 1u) << "what the kernel did, and nothing of PSS";
  EXPECT_EQ(memory["violations"][0]["kind"], "killed");
  EXPECT_EQ(memory["violations"][0]["phase"], "load");
  EXPECT_TRUE(memory["violations"][0]["over_bytes"].is_null());
  if (!memory["charged_peak_bytes"].is_null()) {
    EXPECT_LE(memory["charged_peak_bytes"], 256 * kMiB);
    EXPECT_THAT(told, HasSubstr("charged to its group"));
  }
  EXPECT_EQ(report["slots"][1]["memory"]["within_limit"], true);
  expect_thermal_whole(report);
}

TEST_F(MemoryRun, AViolationIsRecordedWithItsTimePhaseAndAmountAndTheRunGoesOn) {
  const auto report = run(
      300 + kOwnMiB, {"--memory-limit", kLimit, "--memory-limiter", "none", "--preflight", "off"});
  ASSERT_FALSE(report.is_null()) << result_.err;
  EXPECT_EQ(result_.exit_code, 0) << result_.err;
  const auto& memory = report["slots"][0]["memory"];
  EXPECT_EQ(report["slots"][0]["status"], "completed");
  EXPECT_EQ(memory["enforcement"], "unavailable");
  EXPECT_EQ(memory["within_limit"], false);
  EXPECT_GT(memory["peak_bytes"], (300 + kOwnMiB) * kMiB);
  const auto& violations = memory["violations"];
  ASSERT_FALSE(violations.empty());
  EXPECT_EQ(violations[0]["phase"], "load");  // where the 300 MiB are taken
  EXPECT_GE(std::string(violations[0]["began"]), std::string(report["run"]["started"]));
  for (const auto& violation : violations) {
    EXPECT_EQ(violation["over_bytes"].get<std::uint64_t>(),
              violation["peak_bytes"].get<std::uint64_t>() - kLimitMiB * kMiB);
    EXPECT_LE(std::string(violation["began"]), std::string(report["run"]["finished"]));
  }
  EXPECT_EQ(report["memory_safety"]["total_violations"], violations.size());
  EXPECT_THAT(slurp(place_ / "run/run.log"), HasSubstr("ERROR rgb: the worker held"));
  EXPECT_THAT(slurp(place_ / "run/report.md"), HasSubstr("Memory safety"));
  expect_thermal_whole(report);
}

// However short a phase is: the kernel's mark of it is held against the limit.
TEST_F(MemoryRun, EveryPhaseWhosePeakIsOverTheLimitIsAViolation) {
  const auto report = run(
      300 + kOwnMiB, {"--memory-limit", kLimit, "--memory-limiter", "none", "--preflight", "off"});
  ASSERT_FALSE(report.is_null()) << result_.err;
  std::map<std::string, std::uint64_t> peaks;
  for (const auto& violation : report["slots"][0]["memory"]["violations"])
    EXPECT_TRUE(peaks
                    .emplace(violation["phase"].get<std::string>(),
                             violation["peak_bytes"].get<std::uint64_t>())
                    .second)
        << "twice: " << violation;
  std::size_t over = 0;
  for (const auto& phase : report["slots"][0]["phases"]) {
    if (phase["peak_bytes"].is_null() || phase["peak_bytes"] <= kLimitMiB * kMiB) continue;
    ++over;
    EXPECT_GE(peaks[phase["name"].get<std::string>()], phase["peak_bytes"].get<std::uint64_t>())
        << phase;
  }
  EXPECT_GE(over, 4u) << "load, first, warmup and measure";
}

TEST_F(MemoryRun, StopEndsTheSlotThatPassedItsLimit) {
  ReferenceModel slow;
  slow.delay_ms = 50;
  const auto report = run(300 + kOwnMiB,
                          {"--memory-limit", kLimit, "--memory-limiter", "none", "--on-over-budget",
                           "stop", "--preflight", "off"},
                          slow);
  ASSERT_FALSE(report.is_null()) << result_.err;
  EXPECT_EQ(result_.exit_code, 2) << result_.err;
  EXPECT_EQ(report["slots"][0]["status"], "over_budget");
  EXPECT_THAT(std::string(report["slots"][0]["reason"]),
              AllOf(HasSubstr("stopped: the worker held"), HasSubstr("in phase load"),
                    HasSubstr("over its limit of " + std::to_string(kLimitMiB) + " MiB")));
  expect_thermal_whole(report);
}

TEST_F(MemoryRun, StrictMemoryFailsItsGate) {
  const std::vector<std::string> words{"--memory-limit", kLimit, "--memory-limiter", "none",
                                       "--preflight",    "off",  "--strict-memory"};
  run(300 + kOwnMiB, words);
  EXPECT_EQ(result_.exit_code, 3) << result_.err;
  EXPECT_THAT(result_.err, HasSubstr("rgb: not within its memory limit of"));
  EXPECT_THAT(result_.err, HasSubstr("(--strict-memory)"));
}

TEST_F(MemoryRun, WithinTheLimitNothingIsSaid) {
  const auto report = run(0, {"--memory-limit", "4GiB", "--strict-memory"});
  EXPECT_EQ(result_.exit_code, 0) << result_.err;
  const auto& memory = report["slots"][0]["memory"];
  EXPECT_EQ(memory["limit_bytes"], 4096 * kMiB);
  EXPECT_EQ(memory["within_limit"], true);
  EXPECT_TRUE(memory["violations"].empty());
  EXPECT_GT(memory["mean_bytes"], kMiB);
  EXPECT_LE(memory["mean_bytes"].get<std::uint64_t>(), memory["peak_bytes"].get<std::uint64_t>());
}

TEST_F(MemoryRun, NearTheLimitIsAWarning) {
  // So much that the libraries, of which other processes may hold a share, do not matter.
  constexpr int kMegabytes = 900;
  const auto free_run = run(kMegabytes, {"--memory-limit", "none"});
  const std::uint64_t peak = free_run["slots"][0]["memory"]["peak_bytes"];
  EXPECT_TRUE(free_run["slots"][0]["memory"]["limit_bytes"].is_null());
  std::filesystem::remove_all(place_.path() / "run");
  const auto report = run(kMegabytes, {"--memory-limit", std::to_string(peak + peak / 20),
                                       "--memory-limiter", "none", "--preflight", "off"});
  const auto& warnings = report["run"]["warnings"];
  EXPECT_TRUE(std::any_of(warnings.begin(), warnings.end(), [](const auto& warning) {
    return warning["code"] == "memory_near_limit" && warning["slot"] == "rgb";
  })) << warnings;
}

TEST_F(MemoryRun, AShortageNamesWhoHoldsTheMemory) {
  const auto proc = place_.path() / "machine/proc";
  std::filesystem::create_directories(proc / "9999999");
  place_.write("machine/proc/meminfo",
               "MemTotal: 8000000 kB\nMemFree: 100000 kB\nMemAvailable: 900000 kB\n"
               "Buffers: 0 kB\nCached: 700000 kB\n");
  place_.write("machine/proc/9999999/statm", "400000 300000 100 1 0 300000 0\n");
  place_.write("machine/proc/9999999/comm", "greedy\n");
  const auto report = run(0, {"--host-root", (place_.path() / "machine").string()});
  ASSERT_FALSE(report.is_null()) << result_.err;
  std::string advice;
  for (const auto& warning : report["run"]["warnings"])
    if (warning["code"] == "memory_low") advice = warning["advice"];
  EXPECT_THAT(result_.err + result_.out, Not(HasSubstr(" 0 cores"))) << "nothing counts them here";
  EXPECT_THAT(advice, AllOf(HasSubstr("greedy"), HasSubstr("(pid 9999999)"), HasSubstr("kill PID"),
                            HasSubstr("the page cache holds 684 MiB"), HasSubstr("drop_caches")));
}

TEST_F(MemoryRun, AShortageInAContainerIsOne) {
  place_.write("machine/proc/meminfo",
               "MemTotal: 8000000 kB\nMemFree: 5000000 kB\nMemAvailable: 6000000 kB\n");
  place_.write("machine/proc/self/cgroup", "0::/box\n");
  place_.write("machine/sys/fs/cgroup/cgroup.controllers", "memory\n");
  place_.write("machine/sys/fs/cgroup/box/memory.max", "209715200\n");
  place_.write("machine/sys/fs/cgroup/box/memory.current", "199229440\n");
  place_.write("machine/sys/fs/cgroup/box/memory.stat", "inactive_file 10485760\n");
  const auto report = run(0, {"--host-root", (place_.path() / "machine").string()});
  ASSERT_FALSE(report.is_null()) << result_.err;
  std::string message;
  for (const auto& warning : report["run"]["warnings"])
    if (warning["code"] == "memory_low") message = warning["message"];
  EXPECT_EQ(message,
            "only 10 % of the memory that the container allows was available at the lowest (20.0 "
            "MiB of 200 MiB)");
}

// GPU buffers are in no process's RSS, but in the same DRAM.
TEST_F(MemoryRun, AShortageNamesWhoHoldsTheMemoryOnAJetsonsGpu) {
  const auto report =
      run(0, {"--host-root", std::string(JM_BOARDS) + "/orin-nano-super", "--preflight", "off"});
  ASSERT_FALSE(report.is_null()) << result_.err;
  std::string advice;
  for (const auto& warning : report["run"]["warnings"])
    if (warning["code"] == "memory_low") advice = warning["advice"];
  EXPECT_THAT(advice, HasSubstr("VLLM::EngineCor 4.11 GiB of GPU memory (pid 1792595)"));
}

TEST_F(MemoryRun, ALargerLimitThanTheJobsIsClamped) {
  const auto report = run(0, {"--memory-limit", "12GiB"});
  EXPECT_EQ(report["slots"][0]["memory"]["limit_bytes"], 8192 * kMiB);
  EXPECT_THAT(result_.err, HasSubstr("the memory limit is 8.00 GiB, not 12.0 GiB"));
}

TEST_F(MemoryRun, OnlyDetectClampsTheLimitAndItsHelpSaysSo) {
  EXPECT_THAT(run_program({"detect", "--help"}, place_).out, HasSubstr("at most 8.00 GiB"));
  EXPECT_THAT(run_program({"bench", "--help"}, place_).out, Not(HasSubstr("at most 8.00 GiB")));
}

TEST_F(MemoryRun, NonsenseIsAWrongRequest) {
  for (const auto* limit : {"0", "lots", "-1GiB", ""}) {
    run(0, {"--memory-limit", limit});
    EXPECT_EQ(result_.exit_code, 1) << limit;
    EXPECT_THAT(result_.err, HasSubstr("--memory-limit")) << limit;
  }
}

class ForecastRun : public testing::Test {
 protected:
  nlohmann::json run(const std::vector<std::string>& extra) {
    std::vector<std::string> words{
        "detect",      "--model0",     place_.write("m.onnx", build_zoo_model("scene-rgb").value()),
        "--source",    "synthetic",    "--backend",
        "onnxruntime", "--max-frames", "10",
        "--out",       place_ / "run"};
    words.insert(words.end(), extra.begin(), extra.end());
    result_ = run_program(words, place_);
    const auto report = place_.path() / "run/report.json";
    return std::filesystem::exists(report) ? read_json(report) : nlohmann::json();
  }
  bool has_onnxruntime() {
    const auto list = run_program({"list", "--format", "json"}, place_).out;
    return list.find("\"onnxruntime\"") != std::string::npos &&
           run({})["slots"][0]["status"] == "completed";
  }

  Workplace place_;
  ProgramResult result_;
};

TEST_F(ForecastRun, TellsThePeakBeforeTheLoadAndItsErrorAfterwards) {
  std::filesystem::remove_all(test_cache());  // it was measured beside other tests' workers
  if (!has_onnxruntime()) GTEST_SKIP() << "this build has no ONNX Runtime: " << result_.err;
  const auto report = read_json(place_ / "run/report.json");
  const auto& memory = report["slots"][0]["memory"];
  const auto& forecast = memory["forecast"];
  ASSERT_FALSE(forecast.is_null());
  if (kReservesMuch) GTEST_SKIP() << "a sanitizer's own memory is in every number";
  EXPECT_EQ(forecast["verdict"], "fits");
  const double told = forecast["peak_bytes"], measured = memory["peak_bytes"];
  EXPECT_NEAR(forecast["error_percent"], 100 * (told / measured - 1), 1e-6);
  EXPECT_NEAR(told / measured, 1.0, 0.10);
  EXPECT_EQ(forecast["margin_bytes"].get<double>(),
            std::min(memory["limit_bytes"].get<double>(), 8.0 * 1024 * kMiB) - told);
  EXPECT_FALSE(forecast["rests_on"].empty());
}

TEST_F(ForecastRun, RefusesWhatWillNotFit) {
  if (!has_onnxruntime()) GTEST_SKIP() << "this build has no ONNX Runtime: " << result_.err;
  std::filesystem::remove_all(place_.path() / "run");
  const auto report = run({"--memory-limit", "20MiB", "--preflight", "refuse"});
  EXPECT_EQ(result_.exit_code, 4) << result_.err;
  const auto& slot = report["slots"][0];
  EXPECT_EQ(slot["status"], "over_budget");
  EXPECT_THAT(std::string(slot["reason"]),
              AllOf(HasSubstr("refused before the load: it needs about"),
                    HasSubstr("the limit is 20.0 MiB")));
  EXPECT_TRUE(slot["phases"].empty());
  EXPECT_EQ(slot["memory"]["forecast"]["verdict"], "does not fit");
  EXPECT_LT(slot["memory"]["forecast"]["margin_bytes"], 0);
  EXPECT_EQ(slot["memory"]["limit_bytes"], 20 * kMiB);
  EXPECT_EQ(slot["memory"]["within_limit"], false);
  EXPECT_TRUE(slot["memory"]["peak_bytes"].is_null());
  EXPECT_EQ(report["memory_safety"]["limit_bytes"], 20 * kMiB);
  EXPECT_EQ(report["memory_safety"]["all_within_limit"], false);
  EXPECT_THAT(slurp(place_ / "run/report.md"),
              AllOf(HasSubstr("## Memory safety"),
                    HasSubstr("the forecast refused the model, and nothing was loaded"),
                    HasSubstr("before the load: does not fit")));
}

TEST_F(ForecastRun, KnowsWhatTheContainerAllows) {
  if (!has_onnxruntime()) GTEST_SKIP() << "this build has no ONNX Runtime: " << result_.err;
  std::filesystem::remove_all(place_.path() / "run");
  place_.write("machine/proc/meminfo", "MemTotal: 8000000 kB\nMemAvailable: 6000000 kB\n");
  place_.write("machine/proc/self/cgroup", "0::/\n");
  place_.write("machine/sys/fs/cgroup/cgroup.controllers", "memory\n");
  place_.write("machine/sys/fs/cgroup/memory.max", "20971520\n");
  const auto report = run({"--host-root", (place_.path() / "machine").string()});
  const auto& forecast = report["slots"][0]["memory"]["forecast"];
  EXPECT_EQ(forecast["verdict"], "does not fit") << forecast;
  EXPECT_THAT(std::string(forecast["reason"]),
              HasSubstr("the memory that is available is 20.0 MiB"));
  EXPECT_THAT(forecast["rests_on"].dump(),
              HasSubstr("container: 20.0 MiB left of its limit of 20.0 MiB"));
}

TEST_F(ForecastRun, OnlyWarnsUnlessItIsToRefuse) {
  if (!has_onnxruntime()) GTEST_SKIP() << "this build has no ONNX Runtime: " << result_.err;
  std::filesystem::remove_all(place_.path() / "run");
  const auto report = run({"--memory-limit", "20MiB", "--memory-limiter", "none"});
  EXPECT_EQ(result_.exit_code, 0) << result_.err;
  EXPECT_EQ(report["slots"][0]["frames"], 10);
  EXPECT_THAT(result_.err, HasSubstr("the forecast says: does not fit"));
}

TEST_F(ForecastRun, CanBeOff) {
  const auto report = run({"--preflight", "off"});
  EXPECT_TRUE(report["slots"][0]["memory"]["forecast"].is_null());
}

std::vector<int> children_of(pid_t pid) {
  std::istringstream words(
      slurp("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children"));
  std::vector<int> children;
  for (int child = 0; words >> child;) children.push_back(child);
  return children;
}

std::optional<double> pss_of(int pid) {
  std::istringstream words(slurp("/proc/" + std::to_string(pid) + "/smaps_rollup"));
  for (std::string word; words >> word;) {
    double kilobytes = 0;
    if (word == "Pss:" && words >> kilobytes) return kilobytes * 1024;
  }
  return std::nullopt;
}

// What the report says of a worker is what anybody else would have read.
TEST_F(MemoryRun, TheFootprintIsThatOfSmapsRollup) {
  if (kReservesMuch) GTEST_SKIP() << "a sanitizer's shadow comes and goes between two readings";
  ReferenceModel slow;
  slow.allocate_mb = 600;  // beside which it does not matter who else shares the libraries
  slow.delay_ms = 100;
  Program program(
      {"detect", "--model0", place_.write("rgb.ref", slow.text()), "--source", "synthetic",
       "--max-frames", "30", "--metrics-interval", "50ms", "--out", place_ / "run"},
      place_);
  std::vector<double> read;
  while (program.running()) {
    for (const auto child : children_of(program.pid()))
      if (const auto pss = pss_of(child)) read.push_back(*pss);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_EQ(program.wait().exit_code, 0);
  std::vector<double> told;
  for (const auto& line : read_json_lines(place_ / "run/metrics.jsonl"))
    if (line["source"] == "worker.rgb" && line.contains("values") &&
        line["values"].contains("process.footprint"))
      told.push_back(line["values"]["process.footprint"]);
  const auto median = [](std::vector<double> values) {
    std::erase_if(values, [](double bytes) { return bytes < 600e6; });  // of its start and its end
    EXPECT_GT(values.size(), 5u);
    if (values.empty()) return 0.0;
    std::ranges::sort(values);
    return values[values.size() / 2];
  };
  EXPECT_NEAR(median(told) / median(read), 1.0, 0.01);
}

// The workers are real, the sensors are those of a recorded Orin: it has power rails, and its /proc
// knows nothing of our processes.
class RecordedBoardRun : public MemoryRun {
 protected:
  nlohmann::json run_on_orin(const std::vector<std::string>& extra = {},
                             const std::string& board = "orin-nano-super") {
    ReferenceModel slow;
    slow.delay_ms = 20;
    std::vector<std::string> words{"--host-root", std::string(JM_BOARDS) + "/" + board,
                                   "--idle-baseline", "2s"};
    words.insert(words.end(), extra.begin(), extra.end());
    return run(0, words, slow);
  }
};

std::string in_percent(double share) {
  return std::to_string(std::lround(100 * share)) + " %";
}

nlohmann::json with_code(const nlohmann::json& list, const std::string& code) {
  for (const auto& entry : list)
    if (entry.at("code") == code) return entry;
  return nullptr;
}

// Its GPU is 99 % busy, and VLLM holds 4 GiB: nothing that a slot on the CPU could not notice.
TEST_F(RecordedBoardRun, ABusyBoardsPowerIsNoIdleBaseline) {
  const auto report = run_on_orin();
  ASSERT_FALSE(report.is_null()) << result_.err;
  EXPECT_TRUE(report["slots"][0]["energy"]["joules_per_frame_above_idle"].is_null());
  const auto& warnings = report["run"]["warnings"];
  const auto baseline = with_code(warnings, "baseline_not_idle");
  ASSERT_FALSE(baseline.is_null()) << warnings;
  EXPECT_THAT(std::string(baseline["message"]),
              HasSubstr("the GPU was 99 % busy before a model was loaded: the 16.3 W of then"));
  const auto shared = with_code(warnings, "gpu_shared");
  ASSERT_FALSE(shared.is_null()) << warnings;
  EXPECT_THAT(std::string(shared["message"]), HasSubstr("VLLM::EngineCor (1792595, 4.11 GiB)"));
  EXPECT_FALSE(with_code(warnings, "gpu_busy_before").is_null()) << warnings;
  const auto low = with_code(warnings, "memory_low");
  ASSERT_FALSE(low.is_null()) << warnings;
  EXPECT_THAT(std::string(low["advice"]),
              HasSubstr("VLLM::EngineCor 4.11 GiB of GPU memory (pid 1792595)"));
}

TEST_F(RecordedBoardRun, AnIdleBoardsPowerIsTheBaseline) {
  const auto report = run_on_orin({}, "orin-nx-16");
  ASSERT_FALSE(report.is_null()) << result_.err;
  EXPECT_NEAR(report["slots"][0]["energy"]["joules_per_frame_above_idle"], 0, 1e-6);
  EXPECT_TRUE(with_code(report["run"]["warnings"], "baseline_not_idle").is_null());
}

TEST_F(RecordedBoardRun, EnergyPerFrameIsThatOfTheModulesRail) {
  const auto report = run_on_orin();
  ASSERT_FALSE(report.is_null()) << result_.err;
  const auto& energy = report["slots"][0]["energy"];
  ASSERT_FALSE(energy.is_null());
  EXPECT_EQ(energy["rail"], "VDD_IN");
  // The recorded rail says the same at every reading.
  const double watts = energy["mean_watts"];
  EXPECT_NEAR(watts, 16.321, 0.01);
  ASSERT_TRUE(energy["idle_watts"].is_number());
  EXPECT_NEAR(energy["idle_watts"], watts, 1e-6);
  EXPECT_GT(energy["coverage"], 0.5);
  EXPECT_LE(energy["coverage"], 1.0);
  EXPECT_GT(energy["joules_per_frame"], watts * 0.020);  // a frame takes 20 ms at least
  const auto covered = in_percent(energy["coverage"]);
  for (const auto& report_text : {result_.out, slurp(place_ / "run/report.md")})
    EXPECT_THAT(report_text,
                AllOf(HasSubstr("VDD_IN"), HasSubstr("time covered"), HasSubstr(covered)));
}

// As where the driver of the INA3221 shows nothing, and the tool all the same.
TEST_F(MemoryRun, EnergyOfABoardThatOnlyTegrastatsMeasuresIsThatOfItsRail) {
  const BoardCopy board("orin-nano-super");
  board.remove("/sys/class/hwmon");
  board.remove("/sys/bus/i2c");
  ReferenceModel slow;
  slow.delay_ms = 20;
  const auto report =
      run(0, {"--host-root", board.host().root.string(), "--idle-baseline", "2s"}, slow);
  ASSERT_FALSE(report.is_null()) << result_.err;
  const auto& energy = report["slots"][0]["energy"];
  ASSERT_FALSE(energy.is_null());
  EXPECT_EQ(energy["rail"], "VDD_IN (tegrastats)");
  EXPECT_NEAR(energy["mean_watts"], 16.321, 0.01);
  EXPECT_NEAR(energy["idle_watts"], 16.321, 0.01);
}

TEST_F(MemoryRun, WordsOfATegrastatsOfTomorrowAreNamedOnce) {
  const BoardCopy board("orin-nano-super");
  const auto tool = board.host().path("/usr/bin/tegrastats");
  auto script = slurp(tool);
  const auto at = script.find(" RAM ");
  ASSERT_NE(at, std::string::npos);
  script.insert(at, " NPU0 7%@300 LPDDR6 nap");
  board.write("/usr/bin/tegrastats", script);
  const auto report =
      run(0, {"--host-root", board.host().root.string(), "--idle-baseline", "200ms"});
  ASSERT_FALSE(report.is_null()) << result_.err;
  int told = 0;
  for (const auto& warning : report["run"]["warnings"]) {
    if (warning["code"] != "tegrastats_unknown") continue;
    ++told;
    EXPECT_THAT(std::string(warning["message"]), HasSubstr("NPU0, 7%@300, LPDDR6, nap"));
  }
  EXPECT_EQ(told, 1);
  EXPECT_THAT(slurp(place_ / "run/run.log"), HasSubstr("NPU0, 7%@300, LPDDR6, nap"));
  EXPECT_THAT(slurp(place_ / "run/metrics.jsonl"), HasSubstr("tegrastats.unknown_tokens"));
}

TEST_F(RecordedBoardRun, WithoutPssTheRunGoesOnAndSaysWhy) {
  const auto report = run_on_orin();
  EXPECT_EQ(result_.exit_code, 0) << result_.err;
  EXPECT_TRUE(report["slots"][0]["memory"]["mean_bytes"].is_null());
  EXPECT_THAT(result_.err, HasSubstr("the workers' memory is not sampled"));
  // The kernel's high-water mark is the worker's own reading.
  EXPECT_GT(report["slots"][0]["memory"]["peak_bytes"], kMiB);
  EXPECT_EQ(report["machine"]["memory_architecture"], "unified");
  EXPECT_EQ(report["machine"]["board"]["module"], "Jetson Orin Nano 8GB Super");
}

TEST_F(MemoryRun, WithoutAPowerSensorThereIsNoEnergy) {
  const BoardCopy without("x86-host");
  without.remove("/sys/class/hwmon");
  without.remove("/sys/class/powercap");
  const auto report = run(0, {"--host-root", without.host().root.string()});
  ASSERT_FALSE(report.is_null()) << result_.err;
  EXPECT_TRUE(report["slots"][0]["energy"].is_null());
  EXPECT_THAT(result_.out, HasSubstr("rgb: energy: no power sensor\n"));
  EXPECT_THAT(slurp(place_ / "run/report.md"), HasSubstr("rgb: energy: no power sensor\n"));
}

// The meter of the whole machine goes before the package that is a part of it.
TEST_F(MemoryRun, EnergyOfAMachineIsThatOfItsMeter) {
  const auto report =
      run(0, {"--host-root", std::string(JM_BOARDS) + "/x86-host", "--idle-baseline", "200ms"});
  ASSERT_FALSE(report.is_null()) << result_.err;
  for (const auto& slot : report["slots"]) {
    const auto& energy = slot["energy"];
    ASSERT_FALSE(energy.is_null());
    EXPECT_EQ(energy["rail"], "power_meter (whole machine)");
    EXPECT_NEAR(energy["mean_watts"], 41.5, 1e-6);
    EXPECT_NEAR(energy["idle_watts"], 41.5, 1e-6);
    EXPECT_GT(energy["joules_per_frame"], 0.0);
  }
  EXPECT_THAT(result_.out, AllOf(HasSubstr("power_meter (whole machine)"),
                                 HasSubstr("time covered"), HasSubstr("all that its rail feeds")));
}

// The counter of a package that takes 10 W, in the copy of a board. Always of the same length, so
// that no reader meets half of it.
class MovingCounter {
 public:
  explicit MovingCounter(const BoardCopy& board)
      : file_(board.host().path("/sys/class/powercap/intel-rapl:0/energy_uj")) {
    put();
    writer_ = std::jthread([this](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        put();
      }
    });
  }

 private:
  void put() {
    constexpr std::int64_t kBegin = 100'000'000'000, kNanosecondsPerMicrojoule = 100;
    const auto spent = system_clock().monotonic() - began_;
    const auto text = std::to_string(kBegin + spent.count() / kNanosecondsPerMicrojoule) + "\n";
    std::fstream out(file_, std::ios::in | std::ios::out | std::ios::binary);  // is not cut first
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
  }

  std::filesystem::path file_;
  Nanoseconds began_ = system_clock().monotonic();
  std::jthread writer_;
};

TEST_F(MemoryRun, EnergyOfAMachineWithoutAMeterIsThatOfItsPackage) {
  const BoardCopy board("x86-host");
  board.remove("/sys/class/hwmon");
  const MovingCounter counter(board);
  const auto report =
      run(0, {"--host-root", board.host().root.string(), "--idle-baseline", "200ms"});
  ASSERT_FALSE(report.is_null()) << result_.err;
  const auto& energy = report["slots"][0]["energy"];
  ASSERT_FALSE(energy.is_null());
  EXPECT_EQ(energy["rail"], "CPU package (RAPL)");
  EXPECT_GT(energy["mean_watts"], 0.0);
  EXPECT_GT(energy["idle_watts"], 0.0);
}

TEST_F(MemoryRun, ACounterThatStandsStillTellsNoEnergy) {
  const BoardCopy board("x86-host");
  board.remove("/sys/class/hwmon");
  const auto report =
      run(0, {"--host-root", board.host().root.string(), "--idle-baseline", "200ms"});
  ASSERT_FALSE(report.is_null()) << result_.err;
  EXPECT_TRUE(report["slots"][0]["energy"].is_null());
}

}  // namespace
}  // namespace jetmeter
