// The configuration of jetmeter bench: dumped, read back, and overruled by what is typed.
#include <gmock/gmock.h>

#include "cli/bench_run.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST_F(Bench, DumpsAConfigurationThatRunsIt) {
  const auto model = place_.write("model.ref", ReferenceModel{}.text());
  const auto dumped = run_program({"bench", model, "--min-count", "12", "--min-time", "0s",
                                   "--preflight", "off", "--dump-config"},
                                  place_);
  ASSERT_EQ(dumped.exit_code, 0) << dumped.err;
  const auto result = run_program({"bench", "--config", place_.write("bench.toml", dumped.out),
                                   "--warmup-time", "0s", "--out", place_ / "run"},
                                  place_);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(read_json(place_ / "run/report.json")["run"]["config"]["min-count"], "12");
}

TEST_F(Bench, DumpsFlagsThatAreReadBack) {
  const auto model = place_.write("model.ref", ReferenceModel{}.text());
  const auto dumped =
      run_program({"bench", model, "--copies", "--find-rate", "--ladder", "--strict-memory",
                   "--in-order", "--bound", "drops<1%", "--bound", "p99<1s", "--dump-config"},
                  place_);
  ASSERT_EQ(dumped.exit_code, 0) << dumped.err;
  EXPECT_THAT(dumped.out, HasSubstr("copies = true\n"));
  const auto file = place_.write("bench.toml", dumped.out);
  const auto again = run_program({"bench", "--config", file, "--dump-config"}, place_);
  EXPECT_EQ(again.out, dumped.out) << again.err;
  const auto less =
      run_program({"bench", "--config", file, "--copies=false", "--dump-config"}, place_);
  EXPECT_THAT(less.out, AllOf(Not(HasSubstr("copies")), HasSubstr("ladder = true")));
}

TEST_F(Bench, WhatIsTypedWinsOverAFileAlsoWhereItMayBeRepeated) {
  place_.write("m.ref", ReferenceModel{}.text());
  const auto file = place_.write("bench.toml", "model = 'm.ref'\ninput = 'x=const:1'\nseed = 3\n");
  const auto dumped = run_program({"bench", "--config", file, "--dump-config"}, place_);
  ASSERT_EQ(dumped.exit_code, 0) << dumped.err;
  EXPECT_THAT(dumped.out, AllOf(HasSubstr("'m.ref'"), HasSubstr("'x=const:1'")));
  place_.write("other.ref", ReferenceModel{}.text());
  const auto typed = run_program(
      {"bench", "--config", file, "other.ref", "--input", "x=const:2", "--dump-config"}, place_);
  ASSERT_EQ(typed.exit_code, 0) << typed.err;
  EXPECT_THAT(typed.out, AllOf(HasSubstr("model = 'other.ref'"), HasSubstr("input = 'x=const:2'"),
                               HasSubstr("seed = '3'")));
}

TEST_F(Bench, AValueOfTheWrongKindInAConfigurationIsRefused) {
  const auto model = place_.write("model.ref", ReferenceModel{}.text());
  for (const auto& [text, told] : {std::pair{"[bench]\nout = true\n", "'out' takes a value"},
                                   std::pair{"copies = 3\n", "'copies' is true or false"}}) {
    const auto result = run_program(
        {"bench", model, "--config", place_.write("wrong.toml", text), "--dry-run"}, place_);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.err, AllOf(HasSubstr("wrong.toml"), HasSubstr(told)));
    EXPECT_FALSE(std::filesystem::exists(place_ / "--dry-run"));
  }
}

}  // namespace
}  // namespace jetmeter
