#include "cli/bench_command.h"

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace jetmeter {
namespace {

bool in_turn(std::vector<std::string> words) {
  words.insert(words.begin(), "bench");
  return is_measured_in_turn(words);
}

TEST(IsMeasuredInTurn, ALoadThatIsDoneBackToBack) {
  EXPECT_TRUE(in_turn({"m.onnx"}));
  EXPECT_TRUE(in_turn({"m.onnx", "--threads", "2", "--precision", "1%", "--quiet"}));
}

TEST(IsMeasuredInTurn, NotWhatIsDueAtTimesNorSeveralAtOnceNorOtherWork) {
  EXPECT_FALSE(is_measured_in_turn({"detect", "--model0", "m.onnx"}));
  EXPECT_FALSE(is_measured_in_turn({}));
  EXPECT_FALSE(in_turn({"m.onnx", "--scenario", "rate", "--rate", "30"}));
  EXPECT_FALSE(in_turn({"m.onnx", "--streams", "2"}));
  EXPECT_FALSE(in_turn({"m.onnx", "--find-rate"}));
  EXPECT_FALSE(in_turn({"m.onnx", "--ladder"}));
}

TEST(IsMeasuredInTurn, NotASweepNorWhatRunsNothing) {
  EXPECT_FALSE(in_turn({"m.onnx", "n.onnx"}));
  EXPECT_FALSE(in_turn({"m.onnx", "--threads", "1,2"}));
  EXPECT_FALSE(in_turn({"m.onnx", "--dry-run"}));
  EXPECT_FALSE(in_turn({"m.onnx", "--dump-config"}));
}

TEST(IsSweep, WhatIsSeveralRuns) {
  EXPECT_TRUE(is_sweep({"bench", "m.onnx", "n.onnx"}));
  EXPECT_TRUE(is_sweep({"bench", "m.onnx", "--threads", "1,2", "--quiet"}));
  EXPECT_TRUE(is_sweep({"bench", "m.onnx", "--sweep", "rate=10,20"}));
  const TempDir place;
  EXPECT_TRUE(is_sweep(
      {"bench", "m.onnx", "--config", place.write("s.toml", "[sweep]\nthreads = [1, 2]\n")}));
  EXPECT_FALSE(is_sweep({"bench", "m.onnx", "--threads", "2"}));
  EXPECT_FALSE(is_sweep({"detect", "--model0", "m.onnx"}));
  EXPECT_FALSE(is_sweep({}));
}

TEST(IsMeasuredInTurn, NotWhatCannotBeParsed) {
  EXPECT_FALSE(in_turn({}));
  EXPECT_FALSE(in_turn({"m.onnx", "--min-time"}));
  EXPECT_FALSE(in_turn({"m.onnx", "--min-time", "soon"}));
  EXPECT_FALSE(in_turn({"m.onnx", "--config", "/nowhere.toml"}));
}

TEST(IsMeasuredInTurn, ReadsConfigurations) {
  const TempDir place;
  const auto config = place.write("c.toml", "scenario = 'rate'\nrate = 30\n");
  EXPECT_FALSE(in_turn({"m.onnx", "--config", config}));
  EXPECT_TRUE(in_turn({"m.onnx", "--config", place.write("d.toml", "threads = 1\n")}));
}

}  // namespace
}  // namespace jetmeter
