#include <gmock/gmock.h>

#include <limits>

#include "jetmeter/sweep.h"

namespace jetmeter {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

class HandClock final : public Clock {
 public:
  Nanoseconds monotonic() const override { return now; }
  WallTime wall() const override { return {}; }
  Nanoseconds now{seconds(1000)};
};

// A machine that cools by `per_second` and is slept on.
struct Machine {
  HandClock clock;
  std::optional<double> celsius;
  double per_second = 0;
  bool clock_runs = true;
  int looks = 0, stop_after = std::numeric_limits<int>::max();
  std::vector<std::string> told;

  CoolDownWorld world() {
    CoolDownWorld world;
    world.hottest_celsius = [this] {
      ++looks;
      return celsius;
    };
    world.sleep = [this](Nanoseconds time) {
      if (clock_runs) clock.now += time;
      if (celsius) *celsius -= per_second * std::chrono::duration<double>(time).count();
    };
    world.tell = [this](std::string_view text) { told.emplace_back(text); };
    world.clock = &clock;
    world.interrupted = [this] { return looks >= stop_after; };
    return world;
  }
};

std::string error_of(std::string_view text) {
  const auto wanted = parse_cool_down(text);
  return wanted ? "no error" : wanted.error().what;
}

TEST(ParseCoolDown, KnowsTimesAndTemperatures) {
  EXPECT_EQ(parse_cool_down("10s")->least, seconds(10));
  EXPECT_EQ(parse_cool_down("10")->least, seconds(10));
  EXPECT_FALSE(parse_cool_down("10s")->celsius);
  EXPECT_EQ(parse_cool_down("45C")->celsius, 45.0);
  EXPECT_EQ(parse_cool_down("45C")->least, seconds(0));
  EXPECT_EQ(parse_cool_down("45C")->most, minutes(5));
  const auto all = parse_cool_down("5s,45.5°C,max=3min").value();
  EXPECT_EQ(all.least, seconds(5));
  EXPECT_EQ(all.celsius, 45.5);
  EXPECT_EQ(all.most, minutes(3));
  EXPECT_EQ(parse_cool_down("10min")->most, minutes(10)) << "the maximum follows";
}

TEST(ParseCoolDown, RefusesTheRest) {
  EXPECT_EQ(error_of("soon"),
            "the pause 'soon' cannot be read; write 10s, 45C, 45C,max=3min or 5s,45C");
  EXPECT_THAT(error_of("45C,50C"), HasSubstr("names two temperatures"));
  EXPECT_THAT(error_of("1s,2s"), HasSubstr("names two durations"));
  EXPECT_THAT(error_of("45C,max=1s,max=2s"), HasSubstr("has two maxima"));
  EXPECT_THAT(error_of("10s,max=5s"), HasSubstr("has a maximum below its duration"));
  for (const auto* text : {"200C", "-5C", "nanC", "infC", "C", "1e2C", "4 5C"})
    EXPECT_THAT(error_of(text), HasSubstr("needs a temperature of 0 to 125 °C")) << text;
  for (const auto* text : {"", ",", "10s,", "max=", "max", "45F", "\xff"})
    EXPECT_THAT(error_of(text), HasSubstr("cannot be read")) << text;
}

TEST(CoolDown, WaitsForTheTemperature) {
  Machine machine{.celsius = 61, .per_second = 2};
  const auto result = cool_down({.celsius = 45}, machine.world());
  EXPECT_TRUE(result.reached);
  EXPECT_EQ(result.celsius_before, 61.0);
  EXPECT_EQ(result.celsius_after, 45.0);
  EXPECT_EQ(result.waited, seconds(8));
  EXPECT_EQ(machine.told.front(), "61.0 °C, waiting for 45.0 °C");
}

TEST(CoolDown, IsAtLeastAndAtMost) {
  Machine cold{.celsius = 30};
  EXPECT_EQ(cool_down({.least = seconds(5), .celsius = 45}, cold.world()).waited, seconds(5));
  EXPECT_EQ(cold.told.front(), "pausing for 5 s");
  Machine hot{.celsius = 80};
  const auto result = cool_down({.most = seconds(30), .celsius = 45}, hot.world());
  EXPECT_EQ(result.waited, seconds(30));
  EXPECT_FALSE(result.reached);
  EXPECT_EQ(result.celsius_after, 80.0);
  Machine none{.celsius = 30};
  EXPECT_EQ(cool_down({.celsius = 45}, none.world()).waited, seconds(0));
  EXPECT_TRUE(none.told.empty());
}

TEST(CoolDown, ByTimeNeedsNoSensor) {
  Machine machine;
  auto world = machine.world();
  world.hottest_celsius = nullptr;
  const auto result = cool_down({.least = milliseconds(1200)}, world);
  EXPECT_TRUE(result.reached);
  EXPECT_EQ(result.waited, milliseconds(1200));
  EXPECT_FALSE(result.celsius_before);
}

TEST(CoolDown, WithoutASensorDoesNotClaimToBeCool) {
  for (const auto reading :
       {std::optional<double>(), std::optional(std::numeric_limits<double>::quiet_NaN())}) {
    Machine machine{.celsius = reading};
    const auto result = cool_down({.least = seconds(2), .celsius = 45}, machine.world());
    EXPECT_FALSE(result.reached);
    EXPECT_EQ(result.waited, seconds(2));
    EXPECT_FALSE(result.celsius_after);
    EXPECT_EQ(machine.told.front(), "no temperature can be read, pausing for 2 s");
  }
}

TEST(CoolDown, ASensorThatFallsSilentIsNotCool) {
  Machine machine{.celsius = 60};
  auto world = machine.world();
  world.hottest_celsius = [&]() -> std::optional<double> {
    return ++machine.looks == 1 ? machine.celsius : std::nullopt;
  };
  const auto result = cool_down({.most = seconds(10), .celsius = 45}, world);
  EXPECT_FALSE(result.reached);
  EXPECT_EQ(result.waited, seconds(10));
}

TEST(CoolDown, CanBeInterrupted) {
  Machine machine{.celsius = 80, .stop_after = 3};
  const auto result = cool_down({.celsius = 45}, machine.world());
  EXPECT_FALSE(result.reached);
  EXPECT_EQ(result.waited, seconds(1));
}

TEST(CoolDown, EndsThoughTheClockStandsStill) {
  Machine machine{.celsius = 80, .clock_runs = false};
  EXPECT_EQ(cool_down({.most = seconds(3), .celsius = 45}, machine.world()).waited, seconds(3));
}

}  // namespace
}  // namespace jetmeter
