#include <gmock/gmock.h>

#include <map>

#include "jetmeter/record.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using Config = std::vector<std::pair<std::string, std::string>>;

std::string value_of(const std::string& option, const LoadRecord& load, const Config& config = {}) {
  for (const auto& condition : load_conditions(load, config))
    if (condition.option == option) return condition.value;
  return "there is none";
}

std::vector<std::string> unusual(const LoadRecord& load, const Config& config) {
  std::vector<std::string> out;
  for (const auto& condition : load_conditions(load, config))
    if (!condition.usual) out.push_back(condition.option + "=" + condition.value);
  return out;
}

TEST(LoadConditions, WhatWasNotTypedHasItsDefault) {
  const LoadRecord single{.scenario = "single"};
  EXPECT_THAT(unusual(single, {}), ElementsAre("scenario=single"));
  EXPECT_THAT(unusual(single, {{"batch", "1"}, {"when-busy", "queue"}, {"queue-limit", "0"}}),
              ElementsAre("scenario=single"));
  EXPECT_EQ(value_of("copies", single), "false");
  EXPECT_EQ(value_of("copies", single, {{"copies", "true"}}), "true");
  EXPECT_EQ(value_of("count", single), "0");
  EXPECT_EQ(value_of("bound", single), "none");
}

TEST(LoadConditions, AreThoseOfTheLoadAndNotOfTheWords) {
  const LoadRecord rate{
      .scenario = "rate", .in_flight = 2, .per_second = 20.0, .when_busy = "drop"};
  const Config typed{{"scenario", "single"},
                     {"streams", "1"},
                     {"rate", "20.0"},
                     {"when-busy", "queue"},
                     {"queue-limit", "03"}};
  EXPECT_THAT(unusual(rate, typed), ElementsAre("scenario=rate", "streams=2", "rate=20",
                                                "when-busy=drop", "queue-limit=3"));
}

TEST(LoadConditions, OfASearchTheRateIsAResultAndTheBoundIsNot) {
  LoadRecord search{.scenario = "find-rate", .per_second = 81.5, .when_busy = "drop"};
  EXPECT_THAT(unusual(search, {{"rate", "30"}}), ElementsAre("scenario=find-rate", "when-busy=drop",
                                                             "find-rate=true", "bound=drops<5%"));
  EXPECT_EQ(value_of("bound", search, {{"bound", "p99<33ms"}, {"bound", "drops<1%"}}),
            "drops<1%,p99<33ms");
  search.seed = 1;
  EXPECT_EQ(value_of("find-rate", search), "poisson");
}

}  // namespace
}  // namespace jetmeter
