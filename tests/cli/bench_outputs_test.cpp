// The outputs that jetmeter bench writes down.
#include <gmock/gmock.h>

#include "cli/bench_run.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

TEST_F(Bench, DumpsTheOutputs) {
  run(ReferenceModel{}.text(), {"--dump-outputs", place_ / "out.npz"});
  EXPECT_EQ(result_.exit_code, 0) << result_.err;
  EXPECT_THAT(slurp(place_ / "out.npz"), HasSubstr("output0.npy"));
}

TEST_F(Bench, OutputsAreNeverWrittenOverAnything) {
  const auto text = ReferenceModel{}.text();
  const auto kept = place_.write("kept.npz", "precious");
  for (const auto& target : {kept, place_ / "model.ref", place_.path().string()}) {
    run(text, {"--dump-outputs", target});
    EXPECT_EQ(result_.exit_code, 1) << target;
    EXPECT_THAT(result_.err, HasSubstr("--dump-outputs")) << target;
  }
  run(text, {"--dump-outputs", place_ / "nowhere/out.npz"});
  EXPECT_EQ(result_.exit_code, 1);
  EXPECT_THAT(result_.err, HasSubstr("there is no folder"));
  EXPECT_EQ(slurp(kept), "precious");
  EXPECT_EQ(slurp(place_ / "model.ref"), text);
  EXPECT_FALSE(std::filesystem::exists(place_ / "run")) << "nothing was started";
}

TEST_F(Bench, OutputsThatCannotBeWrittenCostNoMeasurement) {
  const auto too_long = std::string(300, 'x') + ".npz";
  const auto report = run(ReferenceModel{}.text(), {"--dump-outputs", place_ / too_long});
  EXPECT_EQ(result_.exit_code, 2) << result_.err;
  EXPECT_THAT(result_.err, HasSubstr("error: model: the outputs: '"));
  EXPECT_EQ(report["run"]["verdict"], "completed");
  EXPECT_EQ(report["slots"][0]["frames"], 40);
  std::string told;
  for (const auto& warning : report["run"]["warnings"])
    if (warning["code"] == "not_written") told = warning["message"];
  EXPECT_THAT(told, HasSubstr(too_long));
}

}  // namespace
}  // namespace jetmeter
