#include "backends/onnxruntime_profile.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace jetmeter {
namespace {

using std::chrono::microseconds;
using testing::HasSubstr;

// As the runtime writes a line, without the sizes and shapes that nobody reads.
std::string node(std::string_view name, std::string_view type, int index, int begin, int duration,
                 std::string_view provider = "CPUExecutionProvider") {
  return fmt::format(
      R"({{"cat" : "Node","pid" :7,"tid" :9,"dur" :{},"ts" :{},"ph" : "X","name" :"{}_kernel_time",)"
      R"("args" : {{"thread_scheduling_stats" : {{"main_thread": {{"block_size": []}}}},)"
      R"("node_index" : "{}","provider" : "{}","op_name" : "{}"}}}},)"
      "\n",
      duration, begin, name, index, provider, type);
}

std::string run_end(int begin) {
  return fmt::format(
      R"({{"cat" : "Session","pid" :7,"tid" :9,"dur" :9,"ts" :{},"ph" : "X","name" :)"
      R"("SequentialExecutor::Execute","args" : {{}}}},)"
      "\n"
      R"({{"cat" : "Session","pid" :7,"tid" :9,"dur" :9,"ts" :{},"ph" : "X","name" :"model_run",)"
      R"("args" : {{}}}},)"
      "\n",
      begin, begin);
}

std::string profile(std::string_view events) {
  return "[\n"
         R"({"cat" : "Session","pid" :7,"tid" :7,"dur" :32125,"ts" :2,"ph" : "X",)"
         R"("name" :"model_loading_uri","args" : {}},)"
         "\n" +
         std::string(events) + "]\n";
}

std::string refusal(std::string_view text) {
  const auto layers = parse_ort_profile(text);
  return layers ? "accepted" : layers.error().what;
}

TEST(OrtProfile, AddsUpTheWarmRunsInTheOrderOfExecution) {
  const auto layers = parse_ort_profile(
      profile(node("conv", "Conv", 4, 100, 900) + node("add", "Add", 2, 1000, 300) + run_end(99) +
              node("conv", "Conv", 4, 2000, 50) +
              node("add", "Add", 2, 2060, 7, "XnnpackExecutionProvider") + run_end(1999) +
              node("conv", "Conv", 4, 3000, 52) + node("add", "Add", 2, 3071, 8) + run_end(2999)));
  ASSERT_TRUE(layers) << layers.error().what;
  ASSERT_EQ(layers->size(), 2U);
  const auto &conv = (*layers)[0], &add = (*layers)[1];
  EXPECT_EQ(conv.name, "conv");
  EXPECT_EQ(conv.type, "Conv");
  EXPECT_EQ(conv.device, "cpu");
  EXPECT_EQ(conv.calls, 2);
  EXPECT_EQ(conv.total, microseconds(102));
  EXPECT_EQ(conv.first_begin, microseconds(0));
  EXPECT_EQ(add.name, "add");
  EXPECT_EQ(add.calls, 2);
  EXPECT_EQ(add.total, microseconds(15));
  EXPECT_EQ(add.first_begin, microseconds(60));
}

TEST(OrtProfile, TellsTheColdRunWhereThereIsNoOther) {
  const auto layers = parse_ort_profile(profile(node("a", "Relu", 0, 5, 6) + run_end(4)));
  ASSERT_TRUE(layers) << layers.error().what;
  ASSERT_EQ(layers->size(), 1U);
  EXPECT_EQ(layers->front().calls, 1);
  EXPECT_EQ(layers->front().total, microseconds(6));
}

// The runtime stops recording in the middle of a run when it holds a million events.
TEST(OrtProfile, LeavesOutARunThatIsNotWhole) {
  const auto layers = parse_ort_profile(profile(node("a", "Relu", 0, 5, 6) + run_end(4) +
                                                node("a", "Relu", 0, 20, 3) + run_end(19) +
                                                node("a", "Relu", 0, 30, 4)));
  ASSERT_TRUE(layers) << layers.error().what;
  EXPECT_EQ(layers->front().calls, 1);
  EXPECT_EQ(layers->front().total, microseconds(3));
}

// The branch's nodes end before the If does, and have its time.
TEST(OrtProfile, GivesANodeThatRunsOthersOnlyItsOwnTime) {
  const auto layers =
      parse_ort_profile(profile(node("pre", "Relu", 0, 100, 10) + node("mul", "Mul", 0, 113, 20) +
                                node("sub", "Sub", 1, 134, 5) + node("if", "If", 1, 112, 30) +
                                node("post", "Add", 2, 143, 9) + run_end(90)));
  ASSERT_TRUE(layers) << layers.error().what;
  std::string told;
  for (const auto& layer : *layers)
    told += fmt::format("{} {} {}; ", layer.name, layer.total.count(), layer.first_begin.count());
  EXPECT_EQ(told, "pre 10000 0; if 5000 12000; mul 20000 13000; sub 5000 34000; post 9000 43000; ");
}

// ONNX does not ask for names that differ, and a loop calls its nodes more than once a run.
TEST(OrtProfile, TellsNodesOfOneNameApartAndCountsTheCallsOfALoop) {
  const auto layers =
      parse_ort_profile(profile(node("n", "Add", 1, 10, 1) + node("n", "Add", 2, 12, 2) +
                                node("n", "Add", 2, 15, 4) + run_end(9)));
  ASSERT_TRUE(layers) << layers.error().what;
  ASSERT_EQ(layers->size(), 2U);
  EXPECT_EQ((*layers)[0].calls, 1);
  EXPECT_EQ((*layers)[1].calls, 2);
  EXPECT_EQ((*layers)[1].total, microseconds(6));
}

TEST(OrtProfile, NamesANodeWithoutAName) {
  const auto layers = parse_ort_profile(profile(node("", "Relu", 3, 10, 1) + run_end(9)));
  ASSERT_TRUE(layers) << layers.error().what;
  EXPECT_EQ(layers->front().name, "Relu_3");
}

TEST(OrtProfile, PassesOverOtherEvents) {
  const auto layers = parse_ort_profile(
      R"({"cat":"Node","dur":5,"ts":8,"name":"a_fence_before","args":{"op_name":"Relu"}},)"
      "\r\n"
      R"({"cat":"Kernel","dur":5,"ts":8,"name":"sgemm_kernel_time","args":{}},)"
      "\n\n" +
      node("a", "Relu", 0, 5, 6) + run_end(4));
  ASSERT_TRUE(layers) << layers.error().what;
  ASSERT_EQ(layers->size(), 1U);
  EXPECT_EQ(layers->front().name, "a");
}

TEST(OrtProfile, SaysThatNoRunIsInIt) {
  for (const auto* text : {"", "\n", "[", "[\n]\n"})
    EXPECT_THAT(refusal(text), HasSubstr("no run was timed")) << text;
  EXPECT_THAT(refusal(profile(node("a", "Relu", 0, 5, 6))), HasSubstr("no run was timed"));
}

TEST(OrtProfile, NamesTheLineThatIsNoEvent) {
  EXPECT_THAT(refusal("[\n" + node("say \"hi\"", "Relu", 0, 5, 6)),
              HasSubstr("line 2 of ONNX Runtime's profile is no event"));
  EXPECT_THAT(refusal("[\n3\n"), HasSubstr("line 2"));
  EXPECT_THAT(refusal(std::string("\0\xff\x7f", 3)), HasSubstr("line 1"));
  const auto whole = profile(node("a", "Relu", 0, 5, 6) + run_end(4));
  EXPECT_THAT(refusal(whole.substr(0, whole.size() / 2)), HasSubstr("is no event"));
}

TEST(OrtProfile, RefusesTimesThatCannotBe) {
  const auto with_time = [](std::string_view time) {
    return refusal(fmt::format(R"({{"cat":"Node","name":"a_kernel_time",{}}})", time));
  };
  EXPECT_THAT(with_time(R"("ts":1,"dur":2)"), HasSubstr("no run was timed"));
  for (const auto* time : {R"("ts":1)", R"("dur":1)", R"("ts":1,"dur":-2)", R"("ts":1,"dur":"2")",
                           R"("ts":1,"dur":1.5)", R"("ts":18446744073709551615,"dur":1)",
                           R"("ts":1,"dur":9223372036854775807)"})
    EXPECT_THAT(with_time(time), HasSubstr("no time that can be")) << time;
}

}  // namespace
}  // namespace jetmeter
