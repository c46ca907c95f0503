// jetmeter bench over several models and values: a run of each, and a table of them.
#include <gmock/gmock.h>

#include <csignal>

#include "support/program.h"
#include "support/reference_model.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::HasSubstr;

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

TEST_F(BenchSweepRun, AGateWithoutALimitCostsTheStepsThatLackOne) {
  const auto result = run_program(
      words({"--strict-memory", "--memory-limiter", "none", "--sweep", "memory-limit=none,8GiB"}),
      place_);
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_THAT(result.err, HasSubstr("--strict-memory needs a limit: give --memory-limit"));
  std::size_t completed = 0;
  for (const auto& line : read_json_lines(place_ / "sweep/sweep.jsonl"))
    completed += line.contains("status") && line["status"] == "completed" ? 1 : 0;
  EXPECT_EQ(completed, 1U);
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
