// `model predict` for boards. This machine's own prediction takes a minute of measuring, and is
// tested where it is computed.
#include <gmock/gmock.h>

#include "jetmeter/graph_builder.h"
#include "jetmeter/zoo.h"
#include "support/program.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string yolo(const Workplace& place) {
  return place.write("yolo11n.onnx", build_zoo_model("yolo11n").value());
}

TEST(ModelPredict, SaysTimeEnergyAndMemoryOfABoard) {
  const Workplace place;
  const auto result = run_program(
      {"model", "predict", yolo(place), "--board", "orin-nano-8gb-super", "--mode", "MAXN_SUPER"},
      place);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  for (const auto* part :
       {"yolo11n.onnx on Jetson Orin Nano 8GB Super, MAXN_SUPER, fp16\n", "(an estimate)",
        "fits into", "Where the time goes\n", "Slowest kernels\n", "It rests on\n"})
    EXPECT_THAT(result.out, HasSubstr(part));
}

TEST(ModelPredict, JsonHasABandAndEveryKernel) {
  const Workplace place;
  const auto result = run_program({"model", "predict", yolo(place), "--board", "agx-orin-64gb",
                                   "--precision", "int8", "--format", "json"},
                                  place);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json.at("mode"), "MAXN");
  EXPECT_EQ(json.at("precision"), "int8");
  EXPECT_LT(json.at("latency_ms").at("low"), json.at("latency_ms").at("mid"));
  EXPECT_LT(json.at("latency_ms").at("mid"), json.at("latency_ms").at("high"));
  EXPECT_EQ(json.at("fits"), true);
  EXPECT_EQ(json.at("at_least"), false);
  EXPECT_EQ(json.at("kernels").size(), 129U);
  EXPECT_FALSE(json.at("rests_on").empty());
}

TEST(ModelPredict, TablesNameEveryBoardAndWhyOneIsLeftOut) {
  const Workplace place;
  const auto model = yolo(place);
  const auto boards = run_program({"model", "predict", model, "--all-boards"}, place);
  ASSERT_EQ(boards.exit_code, 0) << boards.err;
  EXPECT_THAT(boards.out, HasSubstr("Jetson AGX Orin 64GB"));
  EXPECT_THAT(boards.out, HasSubstr("no prediction: no source states the clocks"));
  const auto modes = run_program(
      {"model", "predict", model, "--board", "agx-orin-64gb", "--all-modes", "--format", "json"},
      place);
  ASSERT_EQ(modes.exit_code, 0) << modes.err;
  EXPECT_EQ(nlohmann::json::parse(modes.out).at("boards").size(), 4U);
}

// A convolution that is known, where asked for, and two operators that nobody knows.
std::string strange_model(bool with_known) {
  GraphBuilder graph("strange");
  const Shape shape{1, 8, 16, 16};
  auto x = graph.input("x", shape);
  if (with_known)
    x = graph.node("Conv", "c", {x, graph.floats("w", {8, 8, 1, 1}, std::vector<float>(64, 0.1F))});
  graph.node("Wonder", graph.output("y", shape), {graph.node("Wonder", "a", {x})});
  return graph.serialise();
}

TEST(ModelPredict, OperatorsThatNobodyKnowsMakeBounds) {
  const Workplace place;
  const auto model = place.write("partly.onnx", strange_model(true));
  const auto table = run_program({"model", "predict", model, "--all-boards"}, place);
  ASSERT_EQ(table.exit_code, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr(">= 0."));
  EXPECT_THAT(table.out, HasSubstr("<= "));
  EXPECT_THAT(table.out, HasSubstr("\nThe times of 2 Wonder are not in the sums"));
  const auto rows =
      run_program({"model", "predict", model, "--all-boards", "--format", "json"}, place);
  const auto json = nlohmann::json::parse(rows.out);
  EXPECT_EQ(json.at("unknown_operators").at("Wonder"), 2);
  EXPECT_EQ(json.at("boards").at(0).at("at_least"), true);
  EXPECT_GT(json.at("boards").at(0).at("latency_ms").at("mid"), 0);
}

TEST(ModelPredict, WhereNoTimeIsKnownNoneIsTold) {
  const Workplace place;
  GraphBuilder free("free");
  free.node("Identity", free.output("y", {1, 8}), {free.input("x", {1, 8})});
  const std::vector<std::pair<std::string, std::string>> models{
      {place.write("strange.onnx", strange_model(false)), "the cost of 2 Wonder is not known"},
      {place.write("free.onnx", free.serialise()), "every layer is free"},
  };
  for (const auto& [model, why] : models) {
    const auto table = run_program({"model", "predict", model, "--all-boards"}, place);
    ASSERT_EQ(table.exit_code, 0) << table.err;
    EXPECT_THAT(table.out, AllOf(HasSubstr("  ?  "), HasSubstr(why)));
    for (const auto* wrong : {"inf", "nan", "0.00"}) EXPECT_THAT(table.out, Not(HasSubstr(wrong)));
    const auto one = run_program({"model", "predict", model, "--board", "agx-orin-64gb"}, place);
    EXPECT_THAT(one.out, AllOf(HasSubstr("time      ?\n"), HasSubstr(why)));
    EXPECT_THAT(one.out, Not(HasSubstr("0 ns")));
    const auto document = run_program(
        {"model", "predict", model, "--board", "agx-orin-64gb", "--format", "json"}, place);
    const auto json = nlohmann::json::parse(document.out);
    for (const auto* part : {"low", "mid", "high"})
      EXPECT_TRUE(json.at("latency_ms").at(part).is_null()) << part;
    EXPECT_TRUE(json.at("throughput_per_second").is_null());
  }
}

TEST(ModelPredict, ANodesNameMayBeOfAnyBytes) {
  const Workplace place;
  GraphBuilder graph("bytes");
  const auto strange = graph.node("Relu", "re\xff_lu", {graph.input("x", {1, 8})});
  graph.node("Sigmoid", graph.output("y", {1, 8}), {strange});
  const auto model = place.write("bytes.onnx", graph.serialise());
  const auto result = run_program(
      {"model", "predict", model, "--board", "agx-orin-64gb", "--format", "json"}, place);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(nlohmann::json::parse(result.out).at("kernels").at(0).at("name"), "re\uFFFD_lu");
}

TEST(ModelPredict, RefusesInOneSentence) {
  const Workplace place;
  const auto model = yolo(place);
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
      {{"--board", "orin-nano-8gb-supre"}, "did you mean orin-nano-8gb-super?"},
      {{"--board", "orin-nano-8gb-super", "--mode", "MAXN"}, "15W, 25W, MAXN_SUPER"},
      {{"--board", "jetson-nano-4gb", "--precision", "int8"}, "no units for int8"},
      {{"--board", "agx-orin-64gb", "--precision", "fp8"}, "fp32, fp16 or int8"},
      {{"--board", "agx-orin-64gb", "--threads", "2"}, "of this machine"},
      {{"--mode", "MAXN"}, "--mode is of a board"},
      {{"--precision", "fp16"}, "name a board with --board"},
      {{"--all-boards", "--board", "agx-orin-64gb"}, "contradict each other"},
  };
  for (const auto& [options, sentence] : wrong) {
    std::vector<std::string> words{"model", "predict", model};
    words.insert(words.end(), options.begin(), options.end());
    const auto result = run_program(words, place);
    EXPECT_EQ(result.exit_code, 1) << sentence;
    EXPECT_THAT(result.err, HasSubstr(sentence));
    EXPECT_EQ(count_lines(result.err), 1U) << result.err;
    EXPECT_EQ(result.out, "");
  }
  const auto of_four =
      place.write("four.onnx", build_zoo_model("yolo11n", {.numbers = {{"batch", 4}}}).value());
  for (const auto& [board, sentence] : {std::pair{"agx-orin-64gb", "batch is fixed at 4"},
                                        std::pair{"this", "runs the file as it is"}}) {
    const auto result =
        run_program({"model", "predict", of_four, "--board", board, "--batch", "8"}, place);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.err, HasSubstr(sentence));
  }
  const auto broken = place.write("broken.onnx", "no model");
  EXPECT_EQ(run_program({"model", "predict", broken, "--board", "agx-orin-64gb"}, place).exit_code,
            1);
}

TEST(ModelPredict, CtrlCEndsACalibrationAndLeavesNothing) {
  const Workplace place;
  const auto scratch = place.path() / "scratch";
  std::filesystem::create_directories(scratch);
  Program program({"model", "predict", yolo(place), "--recalibrate"}, place,
                  {{"TMPDIR", scratch.string()}, {"XDG_CACHE_HOME", place / "cache"}});
  const auto has_begun = [&] { return !std::filesystem::is_empty(scratch) || !program.running(); };
  ASSERT_TRUE(eventually(has_begun));
  program.signal(SIGINT);
  const auto result = program.wait();
  if (result.err.find("not in this build") != std::string::npos) GTEST_SKIP() << result.err;
  EXPECT_EQ(result.exit_code, 130) << result.err;
  EXPECT_THAT(result.err, HasSubstr("stopped; nothing of the calibration was kept"));
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(std::filesystem::is_empty(scratch));
  EXPECT_FALSE(std::filesystem::exists(place.path() / "cache"));
}

}  // namespace
}  // namespace jetmeter
