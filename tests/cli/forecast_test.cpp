// What the real program foretells of a model's memory, and what it does with that.
#include <gmock/gmock.h>

#include <cmath>

#include "jetmeter/memory_limit.h"
#include "jetmeter/zoo.h"
#include "support/board_copy.h"
#include "support/program.h"
#include "support/real_data.h"
#include "support/sanitizer.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kMiB = 1024 * 1024;

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

// Most of its shapes come out of branches, of which the file says nothing.
TEST_F(ForecastRun, FollowsAModelOfBranches) {
  const auto model = real_data("models/other/silero_vad_half.onnx");
  JM_SKIP_WITHOUT(model);
  std::filesystem::remove_all(test_cache());  // it was measured beside other tests' workers
  if (!has_onnxruntime()) GTEST_SKIP() << "this build has no ONNX Runtime: " << result_.err;
  result_ =
      run_program({"bench", model.string(), "--backend", "onnxruntime", "--shape", "input=1x512",
                   "--shape", "state=2x1x128", "--min-time", "200ms", "--out", place_ / "vad"},
                  place_);
  ASSERT_EQ(result_.exit_code, 0) << result_.err;
  const auto report = read_json(place_ / "vad/report.json");
  const auto& forecast = report["slots"][0]["memory"]["forecast"];
  ASSERT_TRUE(forecast["peak_bytes"].is_number()) << forecast;
  EXPECT_THAT(forecast["rests_on"].dump(), HasSubstr("following the graph"));
  if (kReservesMuch) GTEST_SKIP() << "a sanitizer's own memory is in every number";
  if (forecast["error_percent"].is_null()) GTEST_SKIP() << "another run was there";
  EXPECT_NEAR(forecast["error_percent"].get<double>(), 0, 10);
}

// Less than the model alone takes, of which every limiter counts all.
TEST_F(ForecastRun, RefusesWhatWillNotFit) {
  if (!has_onnxruntime()) GTEST_SKIP() << "this build has no ONNX Runtime: " << result_.err;
  std::filesystem::remove_all(place_.path() / "run");
  const auto report = run({"--memory-limit", "1MiB", "--preflight", "refuse"});
  EXPECT_EQ(result_.exit_code, 4) << result_.err;
  const auto& slot = report["slots"][0];
  EXPECT_EQ(slot["status"], "over_budget");
  EXPECT_THAT(std::string(slot["reason"]),
              AllOf(HasSubstr("refused before the load: it needs about"),
                    HasSubstr("the limit is 1.00 MiB")));
  EXPECT_TRUE(slot["phases"].empty());
  EXPECT_EQ(slot["memory"]["forecast"]["verdict"], "does not fit");
  EXPECT_LT(slot["memory"]["forecast"]["margin_bytes"], 0);
  EXPECT_EQ(slot["memory"]["limit_bytes"], kMiB);
  EXPECT_EQ(slot["memory"]["within_limit"], false);
  EXPECT_TRUE(slot["memory"]["peak_bytes"].is_null());
  EXPECT_EQ(report["memory_safety"]["limit_bytes"], kMiB);
  EXPECT_EQ(report["memory_safety"]["all_within_limit"], false);
  EXPECT_THAT(slurp(place_ / "run/report.md"),
              AllOf(HasSubstr("## Memory safety"),
                    HasSubstr("the forecast refused the model, and nothing was loaded"),
                    HasSubstr("before the load: does not fit")));
}

// A footprint is held against it, in which the runtime's libraries are.
TEST_F(ForecastRun, RefusesWhatPassesALimitThatIsWatched) {
  if (!has_onnxruntime()) GTEST_SKIP() << "this build has no ONNX Runtime: " << result_.err;
  std::filesystem::remove_all(place_.path() / "run");
  const auto report =
      run({"--memory-limit", "20MiB", "--memory-limiter", "none", "--preflight", "refuse"});
  EXPECT_EQ(result_.exit_code, 4) << result_.err;
  EXPECT_EQ(report["slots"][0]["memory"]["forecast"]["verdict"], "does not fit");
  EXPECT_THAT(std::string(report["slots"][0]["reason"]),
              AllOf(HasSubstr("refused before the load"), HasSubstr("the limit is 20.0 MiB")));
}

// The mechanism counts other things than the forecast does: whether it lets the model run is seen
// in the run alone.
TEST_F(ForecastRun, DoesNotRefuseWhatAHardLimitMayLetRun) {
  if (!has_onnxruntime()) GTEST_SKIP() << "this build has no ONNX Runtime: " << result_.err;
  std::filesystem::remove_all(place_.path() / "run");
  const auto report =
      run({"--memory-limit", "30MiB", "--memory-limiter", "rlimit", "--preflight", "refuse"});
  const auto& slot = report["slots"][0];
  const auto& forecast = slot["memory"]["forecast"];
  EXPECT_EQ(forecast["verdict"], "cannot tell") << forecast;
  EXPECT_LT(forecast["margin_bytes"], 0);
  EXPECT_THAT(std::string(forecast["reason"]),
              AllOf(HasSubstr("the limit is 30.0 MiB"),
                    HasSubstr("mostly pages of library files, which RLIMIT_DATA may not charge")));
  EXPECT_EQ(slot["memory"]["mechanism"], "RLIMIT_DATA") << "it was started";
  EXPECT_THAT(std::string(slot["reason"]), Not(HasSubstr("refused before the load")));
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

}  // namespace
}  // namespace jetmeter
