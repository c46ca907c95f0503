// Memory limits on the real program: what passes its limit loses its row, never the run.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <thread>

#include "cli/two_slots_run.h"
#include "jetmeter/memory_limit.h"
#include "jetmeter/zoo.h"
#include "support/board_copy.h"
#include "support/sanitizer.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kMiB = 1024 * 1024;

class MemoryRun : public TwoSlotsRun {};

void expect_thermal_whole(const nlohmann::json& report) {
  EXPECT_EQ(report["slots"][1]["status"], "completed");
  EXPECT_EQ(report["slots"][1]["frames"], 40);
}

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
  EXPECT_THAT(advice,
              AllOf(HasSubstr("greedy"), HasSubstr("(pid 9999999)"), HasSubstr("kill PID")));
  EXPECT_THAT(advice, Not(AnyOf(HasSubstr("page cache"), HasSubstr("drop_caches"))))
      << "what is available counts it already";
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

}  // namespace
}  // namespace jetmeter
