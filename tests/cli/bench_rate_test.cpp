// Work that is due at a rate, and the search for the highest one that holds.
#include <gmock/gmock.h>

#include <algorithm>

#include "cli/bench_run.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::HasSubstr;

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

}  // namespace
}  // namespace jetmeter
