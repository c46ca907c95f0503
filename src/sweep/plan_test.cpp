#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "jetmeter/sweep.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<SweepAxis> kAxes{{"", {"models/yolov8n.onnx", "models/yolox.onnx"}},
                                   {"threads", {"1", "2"}},
                                   {"backend", {"reference"}}};

std::vector<std::string> ids(const std::vector<SweepStep>& steps) {
  std::vector<std::string> all;
  for (const auto& step : steps) all.push_back(step.id);
  return all;
}

std::string error_of(const std::vector<SweepAxis>& axes, const SweepOptions& options = {}) {
  const auto plan = plan_sweep(axes, options);
  return plan ? "no error" : plan.error().what;
}

TEST(PlanSweep, IsTheProductWithTheLastAxisFastest) {
  const auto plan = plan_sweep(kAxes, {.shuffle = false}).value();
  EXPECT_THAT(ids(plan), ElementsAre("001-yolov8n-threads-1", "002-yolov8n-threads-2",
                                     "003-yolox-threads-1", "004-yolox-threads-2"));
  EXPECT_THAT(plan[1].values,
              ElementsAre(std::pair<std::string, std::string>("", "models/yolov8n.onnx"),
                          std::pair<std::string, std::string>("threads", "2"),
                          std::pair<std::string, std::string>("backend", "reference")));
}

TEST(PlanSweep, OfNoAxesIsOneStep) {
  const auto plan = plan_sweep({}, {}).value();
  EXPECT_THAT(ids(plan), ElementsAre("001"));
  EXPECT_TRUE(plan[0].values.empty());
}

// Written down, so that another compiler's standard library cannot change them unnoticed.
TEST(PlanSweep, GivesTheSameOrderAndDigestsEverywhere) {
  const std::vector<SweepAxis> axes{{"threads", {"1", "2", "3", "4", "5", "6"}}};
  const auto order = [&](std::uint64_t seed) {
    std::string text;
    const auto plan = plan_sweep(axes, {.seed = seed}).value();
    for (const auto& step : plan) text += step.values[0].second;
    return text;
  };
  EXPECT_EQ(order(1), "124356");
  EXPECT_EQ(order(2), "361425");
  const auto plan = plan_sweep(kAxes, {.shuffle = false}).value();
  EXPECT_EQ(plan[0].digest, "105f85ebd6981268");
  EXPECT_EQ(plan_digest(plan), "590e6db659d52f76");
}

TEST(PlanSweep, ASeedMovesTheTurnsAndNothingElse) {
  const auto a = plan_sweep(kAxes, {.seed = 1, .repeats = 2}).value();
  const auto b = plan_sweep(kAxes, {.seed = 9, .repeats = 2}).value();
  EXPECT_NE(ids(a), ids(b));
  EXPECT_THAT(ids(a), testing::UnorderedElementsAreArray(ids(b)));
  EXPECT_EQ(plan_digest(a), plan_digest(b));
}

TEST(PlanSweep, TheOrderOfAxesDoesNotMakeAnotherPlan) {
  const std::vector<SweepAxis> turned{kAxes[2], kAxes[1], kAxes[0]};
  EXPECT_EQ(plan_digest(plan_sweep(kAxes, {}).value()),
            plan_digest(plan_sweep(turned, {}).value()));
}

TEST(PlanSweep, AnotherValueOrNumberOfRepeatsMakesAnotherPlan) {
  const auto digest = plan_digest(plan_sweep(kAxes, {}).value());
  EXPECT_NE(digest, plan_digest(plan_sweep(kAxes, {.repeats = 2}).value()));
  auto other = kAxes;
  other[2].values = {"onnxruntime"};
  EXPECT_NE(digest, plan_digest(plan_sweep(other, {}).value()));
}

TEST(PlanSweep, DigestsTellWhereAWordEnds) {
  const auto a = plan_sweep(std::vector<SweepAxis>{{"ab", {"c"}}}, {}).value();
  const auto b = plan_sweep(std::vector<SweepAxis>{{"a", {"bc"}}}, {}).value();
  EXPECT_NE(a[0].digest, b[0].digest);
}

// 1 to 5 configurations, many seeds: no configuration follows itself, each round has all.
TEST(PlanSweep, SpreadsRepeats) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::vector<std::string> values;
    for (int count = 2; count <= 5; ++count) {
      values.resize(static_cast<std::size_t>(count));
      for (int i = 0; i < count; ++i) values[static_cast<std::size_t>(i)] = std::to_string(i);
      const std::vector<SweepAxis> axes{{"x", values}};
      const auto plan = plan_sweep(axes, {.seed = seed, .repeats = 4}).value();
      ASSERT_EQ(plan.size(), 4 * values.size());
      for (std::size_t i = 1; i < plan.size(); ++i)
        ASSERT_NE(plan[i].digest, plan[i - 1].digest) << seed << ' ' << count << ' ' << i;
      for (std::size_t i = 0; i < plan.size(); ++i)
        ASSERT_EQ(plan[i].repeat, 1 + static_cast<int>(i / values.size()));
    }
  }
}

TEST(PlanSweep, RepeatsHaveOneDigestAndIdsOfTheirOwn) {
  const auto plan = plan_sweep(std::vector<SweepAxis>{{"", {"a.onnx"}}}, {.repeats = 2}).value();
  EXPECT_THAT(ids(plan), ElementsAre("001-a-r1", "001-a-r2"));
  EXPECT_EQ(plan[0].digest, plan[1].digest);
}

TEST(PlanSweep, EveryFirstPlaceIsDrawnAboutAsOften) {
  const std::vector<SweepAxis> axes{{"x", {"a", "b", "c", "d"}}};
  std::map<std::string, int> first;
  for (std::uint64_t seed = 0; seed < 4000; ++seed)
    ++first[plan_sweep(axes, {.seed = seed}).value()[0].values[0].second];
  for (const auto& [value, count] : first) EXPECT_NEAR(count, 1000, 120) << value;
}

TEST(PlanSweep, CountsAValueOnce) {
  const auto plan = plan_sweep(std::vector<SweepAxis>{{"x", {"1", "2", "1"}}}, {}).value();
  EXPECT_EQ(plan.size(), 2u);
}

TEST(PlanSweep, LeavesCombinationsOut) {
  SweepOptions options{.shuffle = false};
  options.exclude = {{{"", {"models/yolox.onnx"}}, {"threads", {"2", "3"}}}};
  const auto plan = plan_sweep(kAxes, options).value();
  EXPECT_THAT(ids(plan),
              ElementsAre("001-yolov8n-threads-1", "002-yolov8n-threads-2", "003-yolox-threads-1"));
}

TEST(PlanSweep, RefusesWhatMakesNoPlan) {
  EXPECT_EQ(error_of({{"threads", {}}}), "'--threads' has no values to vary; name at least one");
  EXPECT_EQ(error_of({{"", {}}}),
            "the positional argument has no values to vary; name at least one");
  EXPECT_EQ(error_of({{"x", {"1"}}, {"x", {"2"}}}),
            "'--x' is to be varied twice; put all its values into one list");
  EXPECT_EQ(error_of(kAxes, {.repeats = 0}), "0 repeats are none; ask for at least 1");
  EXPECT_EQ(error_of(kAxes, {.exclude = {{{"thread", {"1"}}}}}),
            "an exclusion names '--thread', which is not varied; did you mean '--threads'?");
  EXPECT_EQ(error_of(kAxes, {.exclude = {{{"backend", {"reference"}}}}}),
            "the exclusions leave nothing to run");
  EXPECT_THAT(error_of(kAxes, {.exclude = {{}}}), HasSubstr("names no option"));
}

TEST(PlanSweep, HasALimit) {
  std::vector<std::string> many;
  for (int i = 0; i < 100; ++i) many.push_back(std::to_string(i));
  std::vector<SweepAxis> axes{{"a", many}, {"b", many}};
  EXPECT_EQ(plan_sweep(axes, {}).value().size(), 10'000u);
  EXPECT_EQ(error_of(axes, {.repeats = 2}),
            "the sweep has 20000 steps, above the limit of 10000; vary less in one call");
  EXPECT_EQ(error_of(axes, {.repeats = 2, .exclude = {{{"a", {"0"}}}}}),
            "the sweep has 19800 steps, above the limit of 10000; vary less in one call");
  axes.push_back({"c", many});
  EXPECT_THAT(error_of(axes), HasSubstr("1000000 steps"));
  axes.push_back({"d", many});
  EXPECT_EQ(error_of(axes), "the sweep has more than 1000000 combinations; vary less in one call");
  for (int i = 0; i < 60; ++i) axes.push_back({"e" + std::to_string(i), many});
  EXPECT_THAT(error_of(axes), HasSubstr("more than 1000000")) << "no overflow";
}

TEST(PlanSweep, NamesAreSafeAsFolders) {
  const std::vector<SweepAxis> axes{
      {"",
       {"../../etc/passwd", "/", "..", std::string("a\0b\n", 4), std::string(500, 'x'), "日本"}},
      {"input", {"images:1x3x640x640", "-rf /", "..", "", "\xff\xfe"}}};
  std::set<std::string> seen;
  const auto plan = plan_sweep(axes, {}).value();
  for (const auto& step : plan) {
    EXPECT_TRUE(seen.insert(step.id).second) << step.id;
    EXPECT_LE(step.id.size(), 90u);
    EXPECT_EQ(step.id.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz"
                                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ-._"),
              std::string::npos)
        << step.id;
    EXPECT_NE(step.id.back(), '.');
  }
}

TEST(PlanSweep, NumbersGrowWithThePlan) {
  std::vector<std::string> many;
  for (int i = 0; i < 1000; ++i) many.push_back(std::to_string(i));
  const auto plan = plan_sweep(std::vector<SweepAxis>{{"x", many}}, {.shuffle = false}).value();
  EXPECT_EQ(plan.front().id, "0001-x-0");
  EXPECT_EQ(plan.back().id, "1000-x-999");
}

}  // namespace
}  // namespace jetmeter
