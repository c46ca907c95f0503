// jetmeter bench --from: a run again, as its report has it.
#include <gmock/gmock.h>

#include "cli/bench_run.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

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

}  // namespace
}  // namespace jetmeter
