#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "jetmeter/compare.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

MetricComparison row(std::string name, Better better, double a, double b, Verdict verdict) {
  MetricComparison m;
  m.slot = "rgb";
  m.name = std::move(name);
  m.better = better;
  m.a = a;
  m.b = b;
  m.verdict = verdict;
  return m;
}

CompareResult sample() {
  CompareResult result;
  result.differences = {{"power mode", {"25W", "15W"}, true}, {"--threads", {"4", "8"}, false}};
  auto p50 = row("latency_ms.p50", Better::lower, 16, 20, Verdict::slower);
  p50.ratio = RatioInterval{1.2, 1.25, 1.3, 0.95};
  p50.paired = true;
  p50.reason = "whole";
  auto memory = row("memory.peak_bytes", Better::lower, 209715200, 104857600, Verdict::faster);
  auto load = row("load_seconds", Better::lower, 0.25, 0.5, Verdict::cannot_tell);
  load.reason = "one value a side";
  auto map = row("accuracy.map50", Better::higher, 0.5, 0.5, Verdict::same);
  map.b.reset();
  result.comparisons = {{"runs/a", "runs/b|\x1b[2J", 0, {p50, memory, load, map}}};
  return result;
}

TEST(CompareText, ColumnsStandInLine) {
  EXPECT_EQ(to_text(sample(), false),
            "a  runs/a\n"
            "b  runs/b| [2J\n"
            "\n"
            "What differs\n"
            "              a    b\n"
            "  power mode  25W  15W  not comparable\n"
            "  --threads   4    8\n"
            "\n"
            "b against a\n"
            "                             a        b    b/a   95 % interval  verdict\n"
            "  rgb\n"
            "    latency_ms.p50          16       20  1.250  1.200 .. 1.300  slower\n"
            "    memory.peak_bytes  200 MiB  100 MiB  0.500               -  better\n"
            "    load_seconds          0.25      0.5  2.000               -  "
            "cannot tell: one value a side\n"
            "    accuracy.map50         0.5        -      -               -  same\n"
            "  both runs measured the same frames: latencies are paired frame by frame\n"
            "  one run a side: how runs differ among themselves is not in the intervals; "
            "compare --ab measures it\n");
}

TEST(CompareText, RatiosOfRoundsAreNotThoseOfTheMediansBesideThem) {
  auto result = sample();
  auto fps = row("throughput_fps", Better::higher, 184.2, 179.7, Verdict::cannot_tell);
  fps.ratio = RatioInterval{0.97, 1.01, 1.05, 0.95};
  auto sparse = row("load_seconds", Better::lower, 1, 2, Verdict::cannot_tell);
  result.comparisons = {{"runs/a", "runs/b", 6, {fps, sparse}}};
  EXPECT_THAT(to_text(result, false), HasSubstr("      a      b  b/a by round   95 % interval"));
  EXPECT_THAT(to_text(result, false), HasSubstr("184.2  179.7         1.010  0.970 .. 1.050"));
  EXPECT_THAT(to_text(result, false), HasSubstr("    1      2             -               -"));
  EXPECT_THAT(to_text(result, false), HasSubstr("  medians over 6 rounds\n  the ratio by round is "
                                                "the median of the ratios of rounds that"));
  EXPECT_THAT(to_markdown(result), HasSubstr("| a | b | b/a by round | 95 % interval |"));
}

TEST(CompareText, OfTooFewRoundsTheRatioIsThatOfTheMedians) {
  auto result = sample();
  result.comparisons = {
      {"a", "b", 1, {row("load_seconds", Better::lower, 1, 2, Verdict::cannot_tell)}}};
  const auto text = to_text(result, false);
  EXPECT_THAT(text, HasSubstr("a  b    b/a  95 % interval  verdict\n"));
  EXPECT_THAT(text, HasSubstr("1  2  2.000              -  cannot tell\n"));
  EXPECT_THAT(text, HasSubstr("  medians over 1 round\n"));
}

TEST(CompareText, ColoursOnlyWhereTheyWereAskedFor) {
  EXPECT_THAT(to_text(sample(), false), Not(HasSubstr("\x1b")));
  EXPECT_THAT(to_text(sample(), true), HasSubstr("\x1b[31mslower\x1b[0m"));
  EXPECT_THAT(to_text(sample(), true), HasSubstr("\x1b[32mbetter\x1b[0m"));
}

TEST(CompareText, SaysThatNothingDiffers) {
  auto result = sample();
  result.differences.clear();
  EXPECT_THAT(to_text(result, false), HasSubstr("\nNothing differs in how they were made\n"));
  EXPECT_THAT(to_markdown(result), HasSubstr("\nNothing differs in how they were made.\n"));
}

TEST(CompareMarkdown, TablesWithEscapedCells) {
  const auto text = to_markdown(sample());
  EXPECT_THAT(text, HasSubstr("- **b** runs/b\\| [2J\n"));
  EXPECT_THAT(text, HasSubstr("| power mode (not comparable) | 25W | 15W |\n"));
  EXPECT_THAT(text, HasSubstr("| rgb | latency_ms.p50 | 16 | 20 | 1.250 | 1.200 .. 1.300 | "
                              "**slower** |\n"));
  EXPECT_THAT(text, HasSubstr("| rgb | accuracy.map50 | 0.5 | - | - | - | same |\n"));
}

TEST(CompareJson, HasTheKeysOfTheDesign) {
  const auto json = nlohmann::json::parse(to_json(sample()));
  EXPECT_EQ(json["runs"][0], "runs/a");
  EXPECT_EQ(json["differences"][0]["blocking"], true);
  const auto& p50 = json["metrics"][0];
  EXPECT_EQ(p50["name"], "latency_ms.p50");
  EXPECT_EQ(p50["slot"], "rgb");
  EXPECT_EQ(p50["a"], 16);
  EXPECT_EQ(p50["ratio"], nlohmann::json({{"low", 1.2}, {"mid", 1.25}, {"high", 1.3}}));
  EXPECT_EQ(p50["verdict"], "slower");
  EXPECT_EQ(p50["paired"], true);
  EXPECT_TRUE(p50["rounds"].is_null());
  EXPECT_EQ(json["metrics"][2]["ratio"]["mid"], 2);
  EXPECT_TRUE(json["metrics"][2]["ratio"]["low"].is_null());
  EXPECT_EQ(json["metrics"][2]["reason"], "one value a side");
  EXPECT_TRUE(json["metrics"][3]["ratio"].is_null());
}

TEST(CompareJson, SurvivesNamesThatAreNoText) {
  auto result = sample();
  result.comparisons[0].a = "\xff\xfe";
  EXPECT_FALSE(nlohmann::json::parse(to_json(result)).empty());
}

}  // namespace
}  // namespace jetmeter
