// compare reads what runs left behind, or measures two command lines in turn.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "support/program.h"
#include "support/reference_model.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

class Compare : public testing::Test {
 protected:
  void measure(const std::string& model, const std::string& out, const char* frames = "100") {
    const auto result = run_program({"detect", "--model0", model, "--source", "synthetic",
                                     "--max-frames", frames, "--out", out},
                                    place_);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    // Whatever else this machine does meanwhile, these tests are not about it.
    auto report = read_json(place_ / (out + "/report.json"));
    report["run"]["disturbances"] = nlohmann::json::array();
    for (auto& slot : report["slots"])
      if (!slot["statistics"].is_null()) slot["statistics"]["steady"]["verdict"] = "steady";
    place_.write(out + "/report.json", report.dump());
  }
  ProgramResult compare(std::vector<std::string> words) {
    words.insert(words.begin(), "compare");
    return run_program(words, place_);
  }
  static nlohmann::json metric(const nlohmann::json& comparison, const std::string& name) {
    for (const auto& metric : comparison.at("metrics"))
      if (metric.at("name") == name) return metric;
    return {};
  }

  Workplace place_;
  std::string fast_ = place_.write("fast.ref", ReferenceModel{}.text());
  std::string slow_ = place_.write("slow.ref", ReferenceModel{.delay_ms = 40}.text());
};

TEST_F(Compare, TellsASlowModelFromAFastOne) {
  measure(fast_, "a");
  measure(slow_, "b");
  // On a machine that other tests share the verdict would be that it cannot be told.
  const std::string anyway = "--force";
  const auto text = compare({"a", "b"});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("What differs\n"));
  EXPECT_THAT(text.out, HasSubstr("--model0"));
  EXPECT_THAT(text.out, HasSubstr("latencies are paired frame by frame"));
  EXPECT_THAT(text.out, Not(HasSubstr("\x1b")));

  const auto json =
      nlohmann::json::parse(compare({"a", "b/report.json", "--format", "json", anyway}).out);
  const auto p50 = metric(json, "latency_ms.p50");
  EXPECT_EQ(p50["verdict"], "slower");
  EXPECT_EQ(p50["paired"], true);
  EXPECT_GT(p50["ratio"]["low"], 1.2);
  EXPECT_GT(metric(json, "throughput_fps")["a"], metric(json, "throughput_fps")["b"]);
  EXPECT_EQ(metric(json, "load_seconds")["verdict"], "cannot tell");

  const auto turned = compare({"a", "--baseline", "b", "--format", "markdown", anyway});
  EXPECT_EQ(turned.exit_code, 0) << turned.err;
  EXPECT_THAT(turned.out, HasSubstr("- **a** b\n- **b** a\n"));
  EXPECT_THAT(turned.out, HasSubstr("**faster**"));

  const auto failed = compare({"a", "b", "--fail-on-regression", "3%", anyway});
  EXPECT_EQ(failed.exit_code, 3);
  EXPECT_THAT(failed.err, HasSubstr("rgb latency_ms.p50 is"));
  EXPECT_EQ(compare({"b", "a", "--fail-on-regression", "0.03", "--gate", "latency_ms.p50", anyway})
                .exit_code,
            0);
  const auto untold =
      compare({"a", "b", "--fail-on-regression", "3%", "--gate", "load_seconds", anyway});
  EXPECT_EQ(untold.exit_code, 4);
  EXPECT_THAT(untold.err, HasSubstr("none of its metrics can be judged"));
  const auto unknown = compare({"a", "b", "--fail-on-regression", "3%", "--gate", "latency"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("these runs have no such metric"));
}

TEST_F(Compare, JudgesByNoSamplesThatAreNotTheRuns) {
  measure(fast_, "a", "20");
  measure(fast_, "b", "20");
  std::string text = "null\n";
  int n = 0;
  for (auto line : read_json_lines(place_ / "b/frames.jsonl")) {
    if (++n % 3 == 0) line["latency_ns"] = -line["latency_ns"].get<std::int64_t>();
    text += line.dump() + "\n";
  }
  place_.write("b/frames.jsonl", text);
  const auto result = compare({"a", "b", "--format", "json", "--force"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("warning: b: "));
  EXPECT_THAT(result.err, HasSubstr("are no frames, the first is line 1"));
  const auto json = nlohmann::json::parse(result.out);
  ASSERT_EQ(json["complaints"].size(), 2U);
  const auto mean = metric(json, "latency_ms.mean");
  EXPECT_EQ(mean["verdict"], "cannot tell");
  EXPECT_THAT(std::string(mean["reason"]), HasSubstr("b: frames.jsonl has "));
  EXPECT_EQ(mean["b"], read_json(place_ / "b/report.json")["slots"][0]["latency_ms"]["mean"]);
}

TEST_F(Compare, RefusesOtherConditionsUnlessForced) {
  measure(fast_, "a");
  auto other = read_json(place_ / "a/report.json");
  other["machine"]["cpu"] = "another";
  place_.write("other/report.json", other.dump());
  const auto refused = compare({"a", "other"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_EQ(refused.out, "");
  EXPECT_EQ(count_lines(refused.err), 1U);
  EXPECT_THAT(refused.err, HasSubstr("they differ in cpu ("));
  EXPECT_THAT(refused.err, HasSubstr("--force"));
  const auto forced = compare({"a", "other", "--force"});
  EXPECT_EQ(forced.exit_code, 0) << forced.err;
  EXPECT_THAT(forced.out, HasSubstr("not comparable"));
  EXPECT_THAT(forced.out, HasSubstr("one value a side: there are no raw samples"));
}

TEST_F(Compare, BadInputIsOneSentence) {
  place_.write("empty/readme.txt", "");
  place_.write("text.json", "hello");
  place_.write("new.json", R"({"schema": "jetmeter.record/9"})");
  const std::vector<std::vector<std::string>> requests{
      {},
      {"nowhere", "nowhere"},
      {"empty", "empty"},
      {"text.json", "text.json"},
      {"new.json", "new.json"},
      {"a", "b", "--confidence", "2"},
      {"a", "b", "--least-difference", "x"},
      {"a", "b", "--fail-on-regression", "3"},
      {"a", "b", "--gate", "latency_ms.p50"},
      {"a", "b", "--out", "x"},
      {"a", "--ab", "detect", "detect"},
      {"--ab", "detect 'x", "detect"},
      {"--ab", "compare a b", "detect"},
      {"--ab", "bench a.ref b.ref", "bench a.ref"},
      {"--ab", "bench a.ref", "bench a.ref --threads 1,2"},
      {"a", "b", "--confidence", "99"},
      {"--ab", "detect", "detect", "--rounds", "3", "--fail-on-regression", "3%"},
      {"--ab", "detect --model0 nowhere.ref --source synthetic", "detect"}};
  for (const auto& request : requests) {
    const auto result = compare(request);
    EXPECT_EQ(result.exit_code, 1) << testing::PrintToString(request);
    EXPECT_EQ(count_lines(result.err), 1U) << result.err;
    EXPECT_EQ(result.out, "");
  }
}

TEST_F(Compare, RefusesASweepBeforeItRuns) {
  const auto result = compare(
      {"--ab", "bench '" + fast_ + "' --threads 1,2", "bench '" + fast_ + "'", "--out", "ab"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("is a sweep"));
  EXPECT_FALSE(std::filesystem::exists(place_ / "ab"));
}

class Ab : public Compare {
 protected:
  static std::string side(const std::string& model) {
    return "detect --model0 '" + model + "' --source synthetic --max-frames 10 --solo-frames 0";
  }
};

TEST_F(Ab, RunsBothInTurnAndComparesRounds) {
  const auto result = compare({"--ab", side(fast_), side(slow_), "--rounds", "4", "--out",
                               place_ / "ab", "--format", "json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  const auto p50 = metric(json, "latency_ms.p50");
  EXPECT_EQ(p50["rounds"], 4);
  EXPECT_EQ(p50["verdict"], "slower");
  EXPECT_EQ(read_json(place_ / "ab/compare.json"), json);
  EXPECT_THAT(slurp(place_ / "ab/compare.md"), HasSubstr("medians over 4 rounds"));
  std::vector<std::pair<std::string, std::string>> runs;  // by start
  for (const auto* name : {"01-a", "01-b", "02-a", "02-b", "03-a", "03-b", "04-a", "04-b"})
    runs.emplace_back(
        read_json(place_ / ("ab/rounds/" + std::string(name) + "/report.json"))["run"]["started"],
        name);
  std::sort(runs.begin(), runs.end());
  std::string order;
  for (const auto& [started, name] : runs) order += name.back();
  EXPECT_EQ(order, "abbaabba");
  const auto again = compare({"--ab", side(fast_), side(slow_), "--out", place_ / "ab"});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.err, HasSubstr("it is not empty"));
}

TEST_F(Ab, AFailedRoundIsToldAndItsPairLeftOut) {
  const auto crash = place_.write(
      "crash.ref", ReferenceModel{.fault = "segfault", .phase = "run", .at = 3}.text());
  const auto result =
      compare({"--ab", side(fast_), side(crash), "--rounds", "2", "--out", place_ / "ab"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("round 1 of B failed (exit code"));
  EXPECT_THAT(result.err, HasSubstr("round 2 of B failed"));
  EXPECT_THAT(result.err, HasSubstr("no round was complete on both sides"));
  EXPECT_TRUE(std::filesystem::exists(place_ / "ab/rounds/02-a/report.json"));
}

TEST_F(Ab, AComparisonThatCannotBeWrittenIsNoSuccess) {
  // A history in a folder that it makes, which then stands where the comparison should.
  const auto in_the_way = side(fast_) + " --history '" + (place_ / "ab/compare.json/h.db") + "'";
  const auto result =
      compare({"--ab", in_the_way, side(fast_), "--rounds", "1", "--out", place_ / "ab"});
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_THAT(result.err, HasSubstr("ab/compare.json' could not be written whole: Is a directory"));
  EXPECT_NE(slurp(place_ / "ab/compare.md"), "");
}

TEST_F(Ab, ARequestThatDoesNotFitTheModelEndsItInThatRunsWords) {
  const auto result = compare({"--ab", "bench '" + fast_ + "' --batch 4 --preflight off",
                               side(fast_), "--rounds", "2", "--out", place_ / "ab"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("A is refused: model: "));
}

TEST_F(Ab, CtrlCComparesWhatThereIs) {
  Program program(
      {"compare", "--ab", side(fast_), side(slow_), "--rounds", "500", "--out", place_ / "ab"},
      place_);
  const auto third_has_begun = [&] {
    return std::filesystem::exists(place_ / "ab/rounds/02-a.log");
  };
  ASSERT_TRUE(eventually(third_has_begun));
  program.signal(SIGINT);
  const auto result = program.wait();
  EXPECT_EQ(result.exit_code, 130) << result.err;
  // How many more rounds there were is up to the machine.
  const auto rounds = metric(read_json(place_ / "ab/compare.json"), "latency_ms.p50")["rounds"];
  EXPECT_GE(rounds, 1);
  EXPECT_LT(rounds, 500);
}

// Two loads that are done back to back share a round: a few of one, a few of the other.
class InTurn : public Compare {
 protected:
  std::string side(const std::string& options = "") const {
    return "bench '" + model_ + "' --min-time 500ms --warmup-time 0s " + options;
  }
  ProgramResult ab(const std::string& a, const std::string& b, std::vector<std::string> more) {
    more.insert(more.begin(), {"--ab", a, b, "--out", place_ / "ab"});
    return compare(std::move(more));
  }
  nlohmann::json slot_of(const std::string& round) {
    return read_json(place_ / ("ab/rounds/" + round + "/report.json"))["slots"][0];
  }
  // When each measured frame began, by the machine's clock.
  std::vector<std::int64_t> starts_of(const std::string& round) {
    std::vector<std::int64_t> starts;
    std::istringstream lines(slurp(place_ / ("ab/rounds/" + round + "/frames.jsonl")));
    for (std::string line; std::getline(lines, line);) {
      const auto frame = nlohmann::json::parse(line);
      if (frame.at("pass") == "measure") starts.push_back(frame.at("started_ns"));
    }
    return starts;
  }

  std::string model_ = place_.write("model.ref", ReferenceModel{.delay_ms = 5}.text());
};

TEST_F(InTurn, BothSidesOfARoundAlternate) {
  const auto result =
      ab(side(), side("--inject-slowdown 30%"), {"--rounds", "4", "--format", "json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(metric(json, "latency_ms.p50")["verdict"], "slower") << result.out;
  EXPECT_EQ(read_json(place_ / "ab/compare.json"), json);
  EXPECT_THAT(slurp(place_ / "ab/compare.md"), HasSubstr("both runs of a round at the same time"));
  std::vector<std::pair<std::int64_t, char>> frames;
  for (const auto* round : {"01-a", "01-b"}) {
    EXPECT_GE(slot_of(round)["load"]["turns"], 3) << round;
    EXPECT_TRUE(slot_of(round)["energy"].is_null()) << "the readings are of both";
    for (const auto start : starts_of(round)) frames.emplace_back(start, round[3]);
  }
  std::ranges::sort(frames);
  int changes = 0;
  for (std::size_t i = 1; i < frames.size(); ++i)
    changes += frames[i].second != frames[i - 1].second;
  EXPECT_GE(changes, 6);
  EXPECT_EQ(frames.front().second, 'a');
}

TEST_F(InTurn, NotWhereWholeRunsAreAskedForNorBesideOtherWork) {
  const auto whole = ab(side(), side(), {"--rounds", "1", "--whole-runs"});
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  EXPECT_TRUE(slot_of("01-a")["load"]["turns"].is_null());
  EXPECT_LT(starts_of("01-a").back(), starts_of("01-b").front());
  std::filesystem::remove_all(place_ / "ab");
  const auto beside = ab(side(), side("--streams 2"), {"--rounds", "1", "--force"});
  ASSERT_EQ(beside.exit_code, 0) << beside.err;
  EXPECT_TRUE(slot_of("01-a")["load"]["turns"].is_null());
}

TEST_F(InTurn, AFailingSideEndsTheOther) {
  const auto crash = place_.write(
      "crash.ref", ReferenceModel{.fault = "segfault", .phase = "run", .at = 3}.text());
  const auto result = ab(side("--min-time 30s"), "bench '" + crash + "'", {"--rounds", "1"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, HasSubstr("round 1 of B failed (exit code"));
  EXPECT_THAT(result.err, Not(HasSubstr("of A failed")));
  EXPECT_LT(slot_of("01-a")["load"]["done"], 30'000 / 5 / 2) << "A was told to end";
}

TEST_F(InTurn, OneOfARoundAndOneAloneAreNotComparable) {
  ASSERT_EQ(ab(side(), side(), {"--rounds", "1"}).exit_code, 0);
  const auto alone =
      run_program({"bench", model_, "--min-time", "200ms", "--out", "alone"}, place_);
  ASSERT_EQ(alone.exit_code, 0) << alone.err;
  const auto refused = compare({"alone", "ab/rounds/01-a"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("in turn with another run"));
}

}  // namespace
}  // namespace jetmeter
