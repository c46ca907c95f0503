#include "cli/bench_request.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::HasSubstr;

Result<RunSpec> parsed(std::vector<std::string> words) {
  CLI::App app;
  BenchOptions options;
  add_bench_options(app, options);
  std::ranges::reverse(words);
  app.parse(words);
  return run_spec(options);
}

std::string refused(std::vector<std::string> words) {
  words.insert(words.begin(), "m.onnx");
  const auto spec = parsed(std::move(words));
  return spec ? "" : spec.error().what;
}

const BenchSpec& bench(const Result<RunSpec>& spec) {
  return *spec.value().slots.at(0).bench;
}

TEST(BenchRequest, NamesTheOptionThatIsNoDuration) {
  for (const auto* option :
       {"--min-time", "--max-time", "--warmup-time", "--trial-time", "--search-time",
        "--hold-after-load", "--deadline", "--timeout", "--idle-baseline"})
    EXPECT_THAT(refused({option, "soon", "--scenario", "rate", "--rate", "9", "--find-rate"}),
                HasSubstr(std::string(option) + ": 'soon' is not a duration"));
}

TEST(BenchRequest, OfAModelAloneIsOneAtATimeForThreeSeconds) {
  const auto spec = parsed({"m.onnx"});
  EXPECT_EQ(spec.value().slots.at(0).model, "m.onnx");
  EXPECT_EQ(bench(spec).scenario.kind, ScenarioKind::single);
  EXPECT_EQ(bench(spec).scenario.in_flight, 1);
  EXPECT_EQ(bench(spec).stop.min_time, std::chrono::seconds(3));
  EXPECT_EQ(bench(spec).stop.min_count, 10);
  EXPECT_EQ(bench(spec).warm_up.min_time, std::chrono::milliseconds(200));
  EXPECT_FALSE(bench(spec).stop.median_within_percent || bench(spec).find_rate);
  EXPECT_FALSE(spec.value().memory.limit_bytes);  // none unless asked for
}

TEST(BenchRequest, WhatActsOnALimitNeedsOne) {
  EXPECT_EQ(refused({"--strict-memory"}), "--strict-memory needs a limit: give --memory-limit");
  EXPECT_EQ(refused({"--on-over-budget", "stop"}),
            "--on-over-budget stop needs a limit: give --memory-limit");
  EXPECT_EQ(refused({"--strict-memory", "--memory-limit", "1GiB"}), "");
  EXPECT_EQ(refused({"--on-over-budget", "stop", "--memory-limit", "1GiB"}), "");
  EXPECT_EQ(refused({"--on-over-budget", "continue"}), "");
  EXPECT_EQ(refused({"--preflight", "refuse"}), "") << "against what is available";
}

TEST(BenchRequest, SeveralStreamsAreSeveralInFlight) {
  const auto spec = parsed({"m.onnx", "--streams", "4"});
  EXPECT_EQ(bench(spec).scenario.kind, ScenarioKind::multi);
  EXPECT_EQ(bench(spec).scenario.in_flight, 4);
}

TEST(BenchRequest, ARateIsACamerasWithItsPolicy) {
  const auto spec = parsed({"m.onnx", "--scenario", "rate", "--rate", "30", "--when-busy", "drop",
                            "--deadline", "40ms"});
  EXPECT_EQ(bench(spec).scenario.kind, ScenarioKind::rate);
  EXPECT_EQ(bench(spec).scenario.per_second, 30);
  EXPECT_EQ(bench(spec).scenario.when_busy, WhenBusy::drop);
  EXPECT_EQ(bench(spec).scenario.deadline, std::chrono::milliseconds(40));
}

TEST(BenchRequest, SlowsDownByAShareThatMakesSense) {
  EXPECT_EQ(bench(parsed({"m.onnx"})).slowdown, 0);
  EXPECT_DOUBLE_EQ(bench(parsed({"m.onnx", "--inject-slowdown", "3%"})).slowdown, 0.03);
  for (const auto* wrong : {"-3%", "nan", "1001%", "a lot"})
    EXPECT_THAT(refused({std::string("--inject-slowdown=") + wrong}),
                HasSubstr("--inject-slowdown"))
        << wrong;
}

TEST(BenchRequest, FindRateTakesARateScenarioByItself) {
  const auto spec =
      parsed({"m.onnx", "--find-rate", "--bound", "p99<33ms", "--search-time", "90s"});
  EXPECT_EQ(bench(spec).scenario.kind, ScenarioKind::rate);
  EXPECT_EQ(bench(spec).scenario.when_busy, WhenBusy::queue);
  ASSERT_TRUE(bench(spec).find_rate);
  EXPECT_EQ(bench(spec).find_rate->quantile, 0.99);
  EXPECT_EQ(bench(spec).search_time, std::chrono::seconds(90));
  EXPECT_EQ(bench(spec).find_rate->latency, std::chrono::milliseconds(33));
  EXPECT_FALSE(bench(spec).find_rate->drop_percent);
  EXPECT_EQ(bench(spec).scenario.deadline, std::chrono::milliseconds(33));
  const auto own = parsed({"m.onnx", "--find-rate", "--bound", "p99<33ms", "--deadline", "50ms"});
  EXPECT_EQ(bench(own).scenario.deadline, std::chrono::milliseconds(50));
}

TEST(BenchRequest, ABoundOnDropsAsksForDropping) {
  const auto spec = parsed({"m.onnx", "--find-rate"});
  EXPECT_EQ(bench(spec).find_rate->drop_percent, 5);
  EXPECT_EQ(bench(spec).scenario.when_busy, WhenBusy::drop);
  EXPECT_FALSE(bench(spec).scenario.deadline);
}

TEST(BenchRequest, PrecisionShapesAndInputsAreRead) {
  const auto spec = parsed({"m.onnx", "--precision", "1%", "--shape", "images=1x3x64x64", "--batch",
                            "2", "--input", "images=random:-1:1", "--seed", "7", "--threads", "3"});
  EXPECT_EQ(bench(spec).stop.median_within_percent, 1);
  EXPECT_EQ(bench(spec).shapes.wishes.at("images"), (Shape{1, 3, 64, 64}));
  EXPECT_EQ(bench(spec).shapes.batch, 2);
  EXPECT_EQ(bench(spec).fills.at("images").low, -1);
  EXPECT_EQ(bench(spec).seed, 7U);
  EXPECT_EQ(spec.value().slots[0].load.threads, 3);
}

TEST(BenchRequest, ContradictionsGetASentence) {
  EXPECT_THAT(refused({"--scenario", "rate"}), HasSubstr("needs --rate"));
  EXPECT_THAT(refused({"--rate", "30"}), HasSubstr("needs --scenario rate or poisson"));
  EXPECT_THAT(refused({"--scenario", "offline", "--find-rate"}), HasSubstr("--find-rate needs"));
  EXPECT_THAT(refused({"--bound", "p99<33ms"}), HasSubstr("--bound needs --find-rate"));
  EXPECT_THAT(refused({"--min-time", "10s", "--max-time", "5s"}),
              HasSubstr("less than --min-time"));
  EXPECT_THAT(refused({"--min-count", "10", "--max-count", "5"}),
              HasSubstr("less than --min-count"));
  EXPECT_THAT(refused({"--threads", "many"}), HasSubstr("--threads 'many' is not a number"));
  EXPECT_THAT(refused({"--streams", "0"}), HasSubstr("from 1 to 256"));
  EXPECT_THAT(refused({"--backend", "onyx"}), HasSubstr("there is no backend 'onyx'"));
  EXPECT_THAT(refused({"--count", "5"}), HasSubstr("--count needs --scenario offline"));
  EXPECT_THAT(refused({"--precision", "close"}), HasSubstr("--precision"));
  EXPECT_THAT(refused({"--deadline", "soon", "--scenario", "rate", "--rate", "1"}),
              HasSubstr("--deadline"));
  EXPECT_THAT(parsed({}).error().what, HasSubstr("no model was given"));
}

TEST(BenchRequest, OptionsThatWouldDoNothingAreRefused) {
  for (const auto* option : {"--deadline=9ms", "--queue-limit=3", "--when-busy=drop"})
    for (const auto* scenario : {"single", "multi"})
      EXPECT_THAT(refused({option, "--scenario", scenario}),
                  HasSubstr("needs --scenario rate or poisson, not"))
          << option;
  for (const auto* option : {"--trial-time", "--search-time"})
    EXPECT_EQ(refused({option, "9s"}), std::string(option) + " needs --find-rate");
  EXPECT_EQ(refused({"--trial-time", "9s", "--scenario", "rate", "--rate", "9"}),
            "--trial-time needs --find-rate");
  EXPECT_THAT(refused({"--scenario", "offline"}), HasSubstr("--scenario offline needs --count"));
  EXPECT_EQ(refused({"--scenario", "offline", "--count", "5"}), "");
}

TEST(BenchRequest, AScenarioThatWasTypedIsTheOneThatIsMeasured) {
  EXPECT_EQ(bench(parsed({"m.onnx", "--scenario", "single"})).scenario.kind, ScenarioKind::single);
  EXPECT_EQ(bench(parsed({"m.onnx", "--scenario", "single", "--streams", "1"})).scenario.kind,
            ScenarioKind::single);
  EXPECT_THAT(refused({"--scenario", "single", "--streams", "2"}),
              HasSubstr("--streams 2 is nothing that --scenario single has"));
  for (const auto* scenario : {"single", "multi"})
    EXPECT_EQ(refused({"--scenario", scenario, "--find-rate"}),
              std::string("--find-rate needs --scenario rate or poisson, not ") + scenario);
  EXPECT_EQ(bench(parsed({"m.onnx", "--find-rate", "--streams", "2"})).scenario.kind,
            ScenarioKind::rate);
}

// As --dump-config and a report's configuration have them.
TEST(BenchRequest, DefaultsThatAreWrittenOutAreNoRequest) {
  CLI::App app;
  BenchOptions options;
  add_bench_options(app, options);
  app.parse(std::vector<std::string>{"m.onnx"});
  std::vector<std::string> words;
  for (const auto& [option, value] : option_values(app))
    words.push_back("--" + option + "=" + value);
  EXPECT_THAT(words, testing::Contains("--trial-time=2s"));
  const auto again = parsed(words);
  EXPECT_TRUE(again) << again.error().what;
}

TEST(BenchRequest, WhatNoLoadCanKeepIsRefusedBeforeItStarts) {
  const auto at_rate = [](std::vector<std::string> words) {
    words.insert(words.end(), {"--scenario", "rate"});
    return refused(std::move(words));
  };
  EXPECT_EQ(at_rate({"--rate", "9", "--deadline", "0ms"}), "--deadline must be more than nothing");
  EXPECT_THAT(at_rate({"--rate", "9", "--when-busy", "drop", "--queue-limit", "3"}),
              HasSubstr("contradicts --when-busy drop"));
  EXPECT_THAT(at_rate({"--rate", "1e10"}), HasSubstr("is not from 0.0001 to 1000000000 a second"));
  EXPECT_THAT(at_rate({"--find-rate", "--trial-time", "0s"}), HasSubstr("--trial-time must be"));
  EXPECT_THAT(refused({"--max-time", "0s", "--min-time", "0s"}), HasSubstr("--max-time must be"));
}

TEST(BenchRequest, SeedsDoNotWrapAround) {
  for (const auto* wrong : {"-1", "99999999999999999999", "1.5"})
    EXPECT_THROW(parsed({"m.onnx", std::string("--seed=") + wrong}), CLI::ParseError) << wrong;
  EXPECT_EQ(bench(parsed({"m.onnx", "--seed", "18446744073709551615"})).seed, UINT64_MAX);
}

TEST(BenchRequest, CountsAreWholeAndTheirLimitIsNoRowOfDigits) {
  const auto told = [](const std::string& word) -> std::string {
    try {
      parsed({"m.onnx", word});
    } catch (const CLI::ParseError& error) {
      return error.what();
    }
    return "";
  };
  for (const std::string option : {"--min-count", "--max-count"}) {
    EXPECT_THAT(told(option + "=0"), HasSubstr(option + ": '0' is no whole number from 1 on"));
    for (const auto* wrong : {"=-1", "=nan", "=1.5", "=99999999999999999999"})
      EXPECT_THAT(told(option + wrong), HasSubstr("is no whole number from 1 on")) << wrong;
  }
  EXPECT_EQ(bench(parsed({"m.onnx", "--min-count=1"})).stop.min_count, 1);
}

TEST(ParseBounds, TakesBothSpellingsOfTheLongestTail) {
  EXPECT_EQ(parse_bounds({"p99.9<10ms"}).value().quantile, 0.999);
  EXPECT_EQ(parse_bounds({"p999<10ms"}).value().quantile, 0.999);
}

TEST(ParseBounds, ReadsQuantilesAndDrops) {
  const auto both = parse_bounds({"p95<20ms", "drops<1%"});
  EXPECT_EQ(both.value().quantile, 0.95);
  EXPECT_EQ(both.value().latency, std::chrono::milliseconds(20));
  EXPECT_EQ(both.value().drop_percent, 1);
  for (const auto* wrong : {"p97<20ms", "p99", "p99<", "drops<", "drops<many", "<5ms", "p99<never"})
    EXPECT_FALSE(parse_bounds({wrong})) << wrong;
}

TEST(ParseBounds, ASecondOneOfAKindIsRefusedAndNotDropped) {
  for (const auto& words : {std::vector<std::string>{"p50<1ms", "p90<500ms"},
                            {"p99<1ms", "p99<1ms"},
                            {"p50<1ms", "drops<5%", "p99<2ms"}}) {
    const auto bound = parse_bounds(words);
    ASSERT_FALSE(bound) << words.back();
    EXPECT_EQ(bound.error().what, "--bound " + words.back() +
                                      ": there is a bound for a latency already; one search holds "
                                      "one");
  }
  EXPECT_EQ(parse_bounds({"drops<5%", "drops<50%"}).error().what,
            "--bound drops<50%: there is a bound for drops already; give one");
}

TEST(ParseBounds, WhatNothingOrEverythingHoldsIsRefused) {
  EXPECT_EQ(parse_bounds({"drops<150%"}).error().what,
            "--bound drops<150%: no more than 100 % can be dropped");
  EXPECT_EQ(parse_bounds({"drops<0%"}).error().what,
            "--bound drops<0%: that nothing is ever dropped cannot be shown; give a share, as "
            "drops<0.1%");
  EXPECT_EQ(parse_bounds({"p99<0ms"}).error().what,
            "--bound p99<0ms: a latency must be allowed more than nothing");
  EXPECT_EQ(parse_bounds({"drops<100%"}).value().drop_percent, 100);
  EXPECT_EQ(parse_bounds({"p99<1ns"}).value().latency, Nanoseconds(1));
}

TEST(ParsePercent, TakesTheSignOrNot) {
  EXPECT_EQ(parse_percent("1%").value(), 1);
  EXPECT_EQ(parse_percent("0.5").value(), 0.5);
  for (const auto* wrong : {"", "%", "-1", "nan", "inf", "1%%", "1 %"})
    EXPECT_FALSE(parse_percent(wrong)) << wrong;
}

TEST(BenchRequest, ASeatInARoundIsADescriptorAndAPlace) {
  EXPECT_FALSE(bench(parsed({"m.onnx"})).turns);
  const auto seat = bench(parsed({"m.onnx", "--take-turns=513:second"})).turns.value();
  EXPECT_EQ(seat.descriptor, 513);
  EXPECT_FALSE(seat.first);
  EXPECT_TRUE(bench(parsed({"m.onnx", "--take-turns=513:first"})).turns->first);
  for (const auto* wrong : {"513", "513:third", ":first", "-1:first", "x:first", "first:513"})
    EXPECT_THAT(refused({std::string("--take-turns=") + wrong}), HasSubstr("--take-turns"))
        << wrong;
  EXPECT_THAT(refused({"--take-turns=513:first", "--ladder"}), HasSubstr("no --ladder"));
  EXPECT_THAT(refused({"--take-turns=513:first", "--streams", "2"}), HasSubstr("--take-turns"));
}

TEST(BenchRequest, ASeatIsNoConditionOfTheMeasurement) {
  CLI::App app;
  BenchOptions options;
  add_bench_options(app, options);
  app.parse(std::vector<std::string>{"--take-turns=513:first", "m.onnx"});
  for (const auto& [option, value] : option_values(app)) EXPECT_NE(option, "take-turns");
}

}  // namespace
}  // namespace jetmeter
