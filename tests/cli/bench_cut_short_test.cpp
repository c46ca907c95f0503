// A measurement that ends early keeps what was measured.
#include <gmock/gmock.h>

#include <csignal>

#include "cli/bench_run.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

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

}  // namespace
}  // namespace jetmeter
