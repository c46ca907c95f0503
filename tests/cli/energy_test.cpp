// Energy, and what else the sensors of a machine tell of a run, on the real program.
#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <thread>

#include "cli/two_slots_run.h"
#include "support/board_copy.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::uint64_t kMiB = 1024 * 1024;

class EnergyRun : public TwoSlotsRun {};

// The workers are real, the sensors are those of a recorded Orin: it has power rails, and its /proc
// knows nothing of our processes.
class RecordedBoardRun : public TwoSlotsRun {
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
TEST_F(EnergyRun, EnergyOfABoardThatOnlyTegrastatsMeasuresIsThatOfItsRail) {
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

TEST_F(EnergyRun, WordsOfATegrastatsOfTomorrowAreNamedOnce) {
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

TEST_F(EnergyRun, WithoutAPowerSensorThereIsNoEnergy) {
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
TEST_F(EnergyRun, EnergyOfAMachineIsThatOfItsMeter) {
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

TEST_F(EnergyRun, EnergyOfAMachineWithoutAMeterIsThatOfItsPackage) {
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

TEST_F(EnergyRun, ACounterThatStandsStillTellsNoEnergy) {
  const BoardCopy board("x86-host");
  board.remove("/sys/class/hwmon");
  const auto report =
      run(0, {"--host-root", board.host().root.string(), "--idle-baseline", "200ms"});
  ASSERT_FALSE(report.is_null()) << result_.err;
  EXPECT_TRUE(report["slots"][0]["energy"].is_null());
}

}  // namespace
}  // namespace jetmeter
