// What is asked of jetmeter bench has to fit the model, and make sense.
#include <gmock/gmock.h>

#include "cli/bench_run.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(Bench, AnOpenAxisNamesTheOptionThatFillsIt) {
  const auto* model = R"({"inputs": [{"name": "x", "type": "float32", "shape": [1, -1]}],
    "outputs": [{"name": "y", "type": "float32", "shape": [1, -1]}], "behaviour": "identity"})";
  const auto report = run(model, {});
  EXPECT_EQ(result_.exit_code, 1);
  EXPECT_THAT(std::string(report["slots"][0]["reason"]), HasSubstr("--shape"));
  std::filesystem::remove_all(place_.path() / "run");
  const auto mended = run(model, {"--shape", "x=1x8"});
  EXPECT_EQ(result_.exit_code, 0) << result_.err;
  EXPECT_EQ(mended["slots"][0]["model"]["inputs"][0]["shape"], nlohmann::json({1, 8}));
}

TEST_F(Bench, AnInputsFileTellsItsShape) {
  const auto* model = R"({"inputs": [{"name": "x", "type": "float32", "shape": [-1, -1]}],
    "outputs": [{"name": "y", "type": "float32", "shape": [-1, -1]}], "behaviour": "identity"})";
  const std::string literal("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }\n");
  const auto array = place_.write("x.npy", std::string("\x93NUMPY\x01\x00", 8) +
                                               static_cast<char>(literal.size()) + '\0' + literal +
                                               std::string(32, '\0'));
  const auto report = run(model, {"--input", "x=" + array});
  ASSERT_EQ(result_.exit_code, 0) << result_.err;
  EXPECT_EQ(report["slots"][0]["model"]["inputs"][0]["shape"], nlohmann::json({2, 4}));
}

TEST_F(Bench, WhatDoesNotFitTheModelIsAWrongRequest) {
  const auto integers = place_.write("ids.ref", R"({"behaviour": "identity",
    "inputs": [{"name": "ids", "type": "int64", "shape": [1, 2]}],
    "outputs": [{"name": "y", "type": "int64", "shape": [1, 2]}]})");
  const std::vector<std::vector<std::string>> wrong{{"--batch", "4"},
                                                    {"--shape", "y=1x2"},
                                                    {"--input", "idx=random"},
                                                    {"--input", "ids=const:nan"},
                                                    {"--input", "ids=const:inf"}};
  for (auto words : wrong) {
    const auto told = words.back();
    words.insert(words.begin(), {"bench", integers, "--preflight", "off"});
    const auto result = run_program(words, place_);
    EXPECT_EQ(result.exit_code, 1) << told << result.err;
    EXPECT_THAT(result.err, Not(HasSubstr("exception"))) << told;
  }
}

TEST_F(Bench, AConstantMayBeInfiniteOrNoNumber) {
  for (const std::string constant : {"nan", "inf", "-inf"}) {
    std::filesystem::remove_all(place_.path() / "run");
    const auto report = run(ReferenceModel{}.text(), {"--input", "images=const:" + constant});
    ASSERT_EQ(result_.exit_code, 0) << result_.err;
    EXPECT_EQ(report["slots"][0]["load"]["inputs"][0], "images: constant " + constant);
  }
}

TEST_F(Bench, WrongRequestsGetOneSentenceAndCodeOne) {
  const auto model = place_.write("model.ref", ReferenceModel{}.text());
  const std::vector<std::vector<std::string>> wrong{
      {},
      {"nowhere.onnx"},
      {model, "--scenario", "rate"},
      {model, "--input", "images=missing.npy"},
      {model, "--shape", "images=1xx"},
      {model, "--bound", "p99<1ms"},
      {model, "--find-rate", "--bound", "p50<1ms", "--bound", "p90<500ms"},
      {model, "--find-rate", "--bound", "drops<150%"},
      {model, "--max-time", "1s", "--min-time", "2s"},
      {model, "--from", "nowhere.json"},
      {model, "--sweep", "threads"},
      {model, "--resume", "--threads", "1,2"},
      {model, "--cool-down", "cold", "--threads", "1,2"},
      {model, "--cool-down", "10s"},
      {model, "--in-order"},
      {model, "--sweep-seed", "3"},
      {model, "--seed", "-1"},
      {model, "--scenario", "rate", "--rate", "9", "--deadline", "0ms"},
      {model, "--rank", "beauty"}};
  for (auto words : wrong) {
    words.insert(words.begin(), "bench");
    const auto result = run_program(words, place_);
    const auto told = words.empty() ? "" : words.back();
    EXPECT_EQ(result.exit_code, 1) << told << result.err;
    EXPECT_THAT(result.err, HasSubstr("error: ")) << told;
    EXPECT_THAT(result.err, Not(HasSubstr("terminate"))) << told;
  }
}

}  // namespace
}  // namespace jetmeter
