#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <stdexcept>

#include "jetmeter/sweep.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<SweepAxis> kAxes{{"", {"a", "b", "c"}}};
const std::vector<SweepStep> kPlan = plan_sweep(kAxes, {.shuffle = false}).value();

class RunSweep : public testing::Test {
 protected:
  JournalWriter journal(bool resume = true) {
    return JournalWriter::open(path_, kPlan, resume).value();
  }

  // Notes what happens; what is told to fail, fails.
  SweepWorld world() {
    SweepWorld world;
    world.run = [this](const SweepStep& step) {
      const auto& model = step.values[0].second;
      events_.push_back("run " + model);
      if (model == throwing_) throw std::runtime_error("no memory");
      if (model == stopping_) stop_ = true;
      StepResult result;
      result.status = model == failing_ ? "failed" : "completed";
      return result;
    };
    world.pause = [this] { events_.emplace_back("pause"); };
    world.interrupted = [this] { return stop_; };
    world.starting = [this](const SweepStep&, std::size_t number, std::size_t of) {
      events_.push_back(std::to_string(number) + "/" + std::to_string(of));
    };
    world.warn = [this](const Error& error) { events_.push_back(error.what); };
    return world;
  }

  TempDir dir_;
  std::filesystem::path path_ = dir_.path() / "sweep.jsonl";
  std::vector<std::string> events_;
  std::string failing_, throwing_, stopping_;
  bool stop_ = false;
};

TEST_F(RunSweep, PausesBetweenStepsOnly) {
  auto writer = journal();
  const auto outcome = run_sweep(kPlan, writer, world()).value();
  EXPECT_THAT(events_,
              ElementsAre("1/3", "run a", "pause", "2/3", "run b", "pause", "3/3", "run c"));
  EXPECT_EQ(outcome.results.size(), 3u);
  EXPECT_EQ(outcome.resumed, 0u);
  EXPECT_FALSE(outcome.interrupted);
  EXPECT_FALSE(outcome.journal);
  EXPECT_EQ(outcome.results[2].id, kPlan[2].id);
  EXPECT_EQ(outcome.results[2].digest, kPlan[2].digest);
  EXPECT_EQ(outcome.results[2].values, kPlan[2].values);
}

TEST_F(RunSweep, AFailureCostsItsStepOnlyAndIsRunAgain) {
  failing_ = "a";
  throwing_ = "b";
  {
    auto writer = journal();
    const auto outcome = run_sweep(kPlan, writer, world()).value();
    EXPECT_EQ(outcome.results[0].status, "failed");
    EXPECT_EQ(outcome.results[1].status, "failed");
    EXPECT_EQ(outcome.results[1].reason, "no memory");
    EXPECT_EQ(outcome.results[2].status, "completed");
  }
  events_.clear();
  failing_ = throwing_ = "";
  auto writer = journal();
  const auto outcome = run_sweep(kPlan, writer, world()).value();
  EXPECT_THAT(events_, ElementsAre("2/3", "run a", "pause", "3/3", "run b"));
  EXPECT_EQ(outcome.resumed, 1u);
  ASSERT_EQ(outcome.results.size(), 3u);
  EXPECT_EQ(outcome.results[0].id, kPlan[2].id) << "of the earlier call, first";
}

TEST_F(RunSweep, AfterTheLastStepNothingIsLeft) {
  {
    auto writer = journal();
    ASSERT_TRUE(run_sweep(kPlan, writer, world()));
  }
  events_.clear();
  auto writer = journal();
  EXPECT_EQ(run_sweep(kPlan, writer, world())->results.size(), 3u);
  EXPECT_TRUE(events_.empty());
}

TEST_F(RunSweep, WhatIsNotKeptRunsAgainAndItsLastResultCounts) {
  {
    auto writer = journal();
    ASSERT_TRUE(run_sweep(kPlan, writer, world()));
  }
  events_.clear();
  auto without_b = world();
  without_b.is_kept = [](const StepResult& result) { return result.values[0].second != "b"; };
  without_b.run = [this](const SweepStep& step) {
    events_.push_back("run " + step.values[0].second);
    StepResult result;
    result.status = "completed";
    result.out = "again";
    return result;
  };
  {
    auto writer = journal();
    const auto outcome = run_sweep(kPlan, writer, without_b).value();
    EXPECT_THAT(events_, ElementsAre("3/3", "run b"));
    EXPECT_EQ(outcome.resumed, 2u);
    ASSERT_EQ(outcome.results.size(), 3u);
    EXPECT_EQ(outcome.results[2].id, kPlan[1].id);
  }
  const auto writer = journal();
  ASSERT_EQ(writer.done().size(), 3u);
  EXPECT_EQ(writer.done()[2].id, kPlan[1].id);
  EXPECT_EQ(writer.done()[2].out, "again") << "a later resume looks there";
}

TEST_F(RunSweep, StopsWhenAsked) {
  stopping_ = "b";
  auto writer = journal();
  const auto outcome = run_sweep(kPlan, writer, world()).value();
  EXPECT_THAT(events_, ElementsAre("1/3", "run a", "pause", "2/3", "run b"));
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_EQ(outcome.results.size(), 2u);
}

TEST_F(RunSweep, IsNotInterruptedWhenEverythingWasDone) {
  stopping_ = "c";
  auto writer = journal();
  EXPECT_FALSE(run_sweep(kPlan, writer, world())->interrupted);
}

TEST_F(RunSweep, IsInterruptedWhenTheLastStepWas) {
  stopping_ = failing_ = "c";
  auto writer = journal();
  EXPECT_TRUE(run_sweep(kPlan, writer, world())->interrupted);
}

TEST_F(RunSweep, GoesOnMeasuringWhenTheDiskIsFull) {
  auto writer = journal();
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit full{std::filesystem::file_size(path_) + 8, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &full);
  const auto outcome = run_sweep(kPlan, writer, world());
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->results.size(), 3u);
  ASSERT_TRUE(outcome->journal);
  EXPECT_THAT(outcome->journal->what, HasSubstr("File too large"));
  EXPECT_THAT(events_, ElementsAre("1/3", "run a",
                                   "cannot write the sweep's journal '" + path_.string() +
                                       "': File too large; the sweep goes on, but what is not in "
                                       "the journal will be run again by --resume",
                                   "pause", "2/3", "run b", "pause", "3/3", "run c"))
      << "one sentence, not three";
}

TEST_F(RunSweep, EachLineIsWrittenBeforeTheNextStepBegins) {
  auto writer = journal();
  auto watched = world();
  std::vector<std::size_t> seen;
  watched.starting = [&](const SweepStep&, std::size_t, std::size_t) {
    seen.push_back(read_journal(path_)->results.size());
  };
  ASSERT_TRUE(run_sweep(kPlan, writer, watched));
  EXPECT_THAT(seen, ElementsAre(0u, 1u, 2u));
}

TEST_F(RunSweep, NeedsSomethingThatRuns) {
  auto writer = journal();
  EXPECT_FALSE(run_sweep(kPlan, writer, {}));
}

}  // namespace
}  // namespace jetmeter
