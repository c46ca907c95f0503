#include "telemetry/sampler_core.h"

#include <gmock/gmock.h>
#include <time.h>

#include <atomic>
#include <functional>

#include "support/watch_heap.h"

namespace jetmeter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::Optional;

// What the fake source does, for every source that is open.
struct World {
  std::optional<double> value = 1.0;
  bool can_open = true;
  int opened = 0, read = 0;
  bool opening_waits = false, can_resume = true;
  int resumed = 0;
  Nanoseconds programs{0};
  std::vector<std::string_view> unknown;  // words of every reading
};
World world;

class FakeSource : public Source {
 public:
  FakeSource() { ++world.opened; }
  std::span<const Channel> channels() const override { return channels_; }
  void read(std::span<std::optional<double>> out) override {
    ++world.read;
    out[0] = world.value;
    unknown_.add(world.unknown, world.unknown.size());
  }
  const UnknownWords* unknown_words() const override { return &unknown_; }
  Nanoseconds cpu_time_of_programs() const override { return world.programs; }
  bool suspend() override { return world.opening_waits; }
  Result<void> resume() override {
    if (!world.can_resume) return fail("the fake sensor hangs");
    ++world.resumed;
    return {};
  }

 private:
  UnknownWords unknown_;
  std::vector<Channel> channels_{{"power.board", Unit::watt}};
};

Result<std::unique_ptr<Source>> open_fake(const Host&) {
  if (!world.can_open) return fail("there is no fake sensor");
  return std::make_unique<FakeSource>();
}

const SourceKind kFake{"fake", "a fake", open_fake, milliseconds(10)};
const SourceKind kSlow{"slow", "a slow fake", open_fake, milliseconds(250)};

struct Told {
  Nanoseconds at;
  std::string source, reason;
};

class Listener : public SampleSink {
 public:
  void reading(Nanoseconds at, std::string_view, std::span<const Channel>,
               std::span<const std::optional<double>>) override {
    times[count++ % times.size()] = at;
  }
  void gap(Nanoseconds at, std::string_view source, std::string_view reason) override {
    gaps.push_back({at, std::string(source), std::string(reason)});
  }
  void tick_ended() override { told_by_tick[ticks++ % told_by_tick.size()] = count + gaps.size(); }
  std::array<Nanoseconds, 64> times{};
  std::size_t count = 0;
  std::vector<Told> gaps;
  std::array<std::size_t, 4>
      told_by_tick{};  // readings and gaps that were told until each tick's end
  std::size_t ticks = 0;
};

class SamplerCoreTest : public testing::Test {
 protected:
  SamplerCoreTest() { world = {}; }
  SamplerCore make(const SourceKind& kind, Nanoseconds interval = milliseconds(100)) {
    return SamplerCore({.interval = interval, .sink = &listener_, .kinds = {&kind}});
  }
  Listener listener_;
};

TEST_F(SamplerCoreTest, ReadsASourceAtItsOwnRateOnAGrid) {
  auto core = make(kSlow);
  for (int tick = 0; tick < 12; ++tick) core.tick(milliseconds(100 * tick + 7));
  // 250 ms is not a multiple of the interval: 300 ms.
  EXPECT_EQ(world.read, 4);
  EXPECT_EQ(listener_.times[1], milliseconds(307));
  EXPECT_EQ(listener_.times[3], milliseconds(907));
}

TEST_F(SamplerCoreTest, TheSinkIsToldWhenATickHasEnded) {
  SamplerCore core({.interval = milliseconds(100), .sink = &listener_, .kinds = {&kFake, &kSlow}});
  for (int tick = 0; tick < 4; ++tick) core.tick(milliseconds(100 * tick));
  EXPECT_THAT(listener_.told_by_tick, ElementsAre(2u, 3u, 4u, 6u));
}

TEST_F(SamplerCoreTest, ALateTickDoesNotShiftTheGrid) {
  auto core = make(kFake);
  for (const int at : {0, 190, 200, 300}) core.tick(milliseconds(at));
  EXPECT_EQ(world.read, 4);
}

TEST_F(SamplerCoreTest, TheIntervalChangesWithTheSourcesOpen) {
  auto core = make(kFake);
  core.tick(milliseconds(0));
  core.tick(milliseconds(100));
  core.set_interval(seconds(1));
  for (int tick = 2; tick <= 30; ++tick) core.tick(milliseconds(100 * tick));
  ASSERT_EQ(listener_.count, 6u);
  EXPECT_EQ(listener_.times[2], milliseconds(200)) << "it was due already";
  EXPECT_EQ(listener_.times[3], milliseconds(1000));
  EXPECT_EQ(listener_.times[5], milliseconds(3000));
  core.set_interval(milliseconds(100));
  for (int tick = 31; tick <= 33; ++tick) core.tick(milliseconds(100 * tick));
  ASSERT_EQ(listener_.count, 8u);
  EXPECT_EQ(listener_.times[6], milliseconds(3200));
  EXPECT_EQ(world.opened, 1);
  EXPECT_EQ(core.channels({})[0].n, 8);
}

TEST_F(SamplerCoreTest, AChangedIntervalKeepsASourcesOwnRate) {
  auto core = make(kSlow, seconds(1));
  core.tick(milliseconds(0));
  core.set_interval(milliseconds(100));
  for (int tick = 1; tick <= 6; ++tick) core.tick(milliseconds(100 * tick));
  EXPECT_EQ(world.read, 3) << "at 0, 300 and 600 ms";
}

TEST_F(SamplerCoreTest, AChangedIntervalIsNoGapInAnEnergy) {
  auto core = make(kFake);
  world.value = 10;
  core.tick(milliseconds(0));
  core.set_interval(seconds(1));
  core.tick(milliseconds(1000));
  core.tick(milliseconds(2000));
  const auto energy = core.energy("power.board", milliseconds(0), milliseconds(2000));
  ASSERT_TRUE(energy);
  EXPECT_THAT(energy->joules, DoubleEq(20));
  EXPECT_THAT(energy->covered_seconds, DoubleEq(2));
}

TEST_F(SamplerCoreTest, TheLastTickReadsWhatIsNotDue) {
  auto core = make(kSlow);
  core.tick(milliseconds(0));
  core.tick(milliseconds(10), true);
  EXPECT_EQ(world.read, 2);
}

TEST_F(SamplerCoreTest, AbsentValuesAreNoReadings) {
  auto core = make(kFake);
  world.value = 5;
  core.tick(milliseconds(0));
  world.value.reset();
  core.tick(milliseconds(100));
  world.value = 7;
  core.tick(milliseconds(200));
  const auto channels = core.channels({});
  ASSERT_EQ(channels.size(), 1u);
  EXPECT_EQ(channels[0].name, "power.board");
  EXPECT_EQ(channels[0].n, 2);
  EXPECT_THAT(channels[0].mean, Optional(6.0));
  EXPECT_THAT(channels[0].min, Optional(5.0));
  EXPECT_THAT(channels[0].max, Optional(7.0));
  EXPECT_THAT(channels[0].latest, Optional(7.0));
  EXPECT_EQ(channels[0].p95, std::nullopt);  // two readings carry no p95
  EXPECT_EQ(listener_.count, 2u);
}

TEST_F(SamplerCoreTest, ASourceThatCannotBeOpenedIsAbsentWithItsReason) {
  world.can_open = false;
  auto core = make(kFake);
  for (int tick = 0; tick < 50; ++tick) core.tick(milliseconds(100 * tick));
  const auto sources = core.sources();
  ASSERT_EQ(sources.size(), 1u);
  EXPECT_FALSE(sources[0].open);
  EXPECT_EQ(sources[0].reason, "there is no fake sensor");
  EXPECT_EQ(sources[0].gaps, 0);
  EXPECT_TRUE(listener_.gaps.empty());
}

TEST_F(SamplerCoreTest, ASourceThatFallsSilentIsOpenedAgainWithGrowingPauses) {
  auto core = make(kFake);
  core.tick(milliseconds(0));
  world.value.reset();
  std::vector<Nanoseconds> openings;
  int opened = world.opened;
  for (int tick = 1; tick < 300; ++tick) {  // 30 s
    core.tick(milliseconds(100 * tick));
    if (world.opened != opened) openings.push_back(milliseconds(100 * tick));
    opened = world.opened;
  }
  // Lost at 300 ms; each try lasts three readings and doubles the pause.
  EXPECT_THAT(openings, ElementsAre(milliseconds(1300), milliseconds(3500), milliseconds(7700),
                                    milliseconds(15900)));
  ASSERT_EQ(listener_.gaps.size(), 1u);
  EXPECT_EQ(listener_.gaps[0].at, milliseconds(300));
  EXPECT_EQ(listener_.gaps[0].reason, "no value in 3 readings in a row");
  EXPECT_EQ(core.sources()[0].gaps, 1);

  world.value = 2;
  for (int tick = 300; tick < 400; ++tick) core.tick(milliseconds(100 * tick));
  ASSERT_EQ(listener_.gaps.size(), 2u);
  EXPECT_EQ(listener_.gaps[1].at, milliseconds(32100));
  EXPECT_EQ(listener_.gaps[1].reason, "");
  EXPECT_TRUE(core.sources()[0].open);
  EXPECT_EQ(core.sources()[0].reason, "");
  // The channel goes on where it was.
  EXPECT_THAT(core.channels({})[0].min, Optional(1.0));
  EXPECT_THAT(core.channels({})[0].max, Optional(2.0));
}

TEST_F(SamplerCoreTest, ASourceWhoseOpeningWaitsIsNotOpenedAtATick) {
  world.opening_waits = true;
  auto core = make(kFake);
  core.tick(milliseconds(0));
  world.value.reset();
  std::vector<Nanoseconds> resumptions;
  for (int tick = 1; tick <= 330; ++tick) {
    const int before = world.resumed;
    core.tick(milliseconds(100 * tick));
    if (world.resumed != before) resumptions.push_back(milliseconds(100 * tick));
  }
  // Lost at 300 ms; each try lasts five readings and doubles the pause.
  EXPECT_THAT(resumptions, ElementsAre(milliseconds(1300), milliseconds(3700), milliseconds(8100),
                                       milliseconds(16500), milliseconds(32900)));
  EXPECT_EQ(world.opened, 1);
  EXPECT_EQ(listener_.gaps.size(), 1u);
  EXPECT_FALSE(core.sources()[0].open) << "it has not answered yet";

  world.value = 2;
  core.tick(milliseconds(33100));
  ASSERT_EQ(listener_.gaps.size(), 2u) << "the end is told also where a later reading answers";
  EXPECT_EQ(listener_.gaps[1].at, milliseconds(33100));
  EXPECT_EQ(listener_.gaps[1].reason, "");
  EXPECT_TRUE(core.sources()[0].open);
  EXPECT_EQ(core.sources()[0].reason, "");
  EXPECT_EQ(core.sources()[0].gaps, 1);
  EXPECT_THAT(core.channels({})[0].max, Optional(2.0));
}

TEST_F(SamplerCoreTest, ASourceThatCannotBeResumedIsTriedAgain) {
  world.opening_waits = true;
  auto core = make(kFake);
  core.tick(milliseconds(0));
  world.value.reset();
  world.can_resume = false;
  for (int tick = 1; tick < 40; ++tick) core.tick(milliseconds(100 * tick));
  EXPECT_EQ(core.sources()[0].reason, "the fake sensor hangs");
  world.value = 1;
  world.can_resume = true;
  for (int tick = 40; tick < 100; ++tick) core.tick(milliseconds(100 * tick));
  EXPECT_TRUE(core.sources()[0].open);
  EXPECT_EQ(world.opened, 1);
}

TEST_F(SamplerCoreTest, ASourceThatVanishesIsTriedAgain) {
  auto core = make(kFake);
  core.tick(milliseconds(0));
  world.value.reset();
  world.can_open = false;
  for (int tick = 1; tick < 40; ++tick) core.tick(milliseconds(100 * tick));
  EXPECT_EQ(core.sources()[0].reason, "there is no fake sensor");
  world = {.opened = world.opened, .read = world.read};
  for (int tick = 40; tick < 100; ++tick) core.tick(milliseconds(100 * tick));
  EXPECT_TRUE(core.sources()[0].open);
}

TEST_F(SamplerCoreTest, TellsTheWordsThatASourceDidNotUnderstandAcrossItsOpenings) {
  auto core = make(kFake);
  world.unknown = {"FOO", "BAR"};
  core.tick(milliseconds(0));
  core.tick(milliseconds(100));
  EXPECT_EQ(core.sources()[0].unknown.count, 4);
  world.value.reset();
  for (int tick = 2; tick < 5; ++tick) core.tick(milliseconds(100 * tick));
  EXPECT_FALSE(core.sources()[0].open);
  world.value = 1.0;
  world.unknown = {"BAR", "BAZ"};
  core.tick(seconds(10));
  const auto unknown = core.sources()[0].unknown;
  EXPECT_EQ(unknown.count, 12) << "five readings, and one of the source that was opened again";
  EXPECT_THAT(unknown.words, ElementsAre("FOO", "BAR", "BAZ"));
  EXPECT_FALSE(unknown.more);
}

// Writing a reading down takes the same thread's time as taking it.
TEST_F(SamplerCoreTest, WhatIsDoneWithAReadingIsPartOfItsSourcesCost) {
  class Slow : public Listener {
   public:
    void reading(Nanoseconds at, std::string_view source, std::span<const Channel> channels,
                 std::span<const std::optional<double>> values) override {
      Listener::reading(at, source, channels, values);
      if (source == "slow") take_cpu_time(milliseconds(20));
    }

   private:
    static void take_cpu_time(Nanoseconds wanted) {
      const auto begin = cpu_time();
      while (cpu_time() - begin < wanted) continue;
    }
    static Nanoseconds cpu_time() {
      timespec time{};
      ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
      return seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
    }
  };
  Slow slow;
  SamplerCore core({.interval = milliseconds(100), .sink = &slow, .kinds = {&kSlow, &kFake}});
  core.tick(milliseconds(0));
  EXPECT_GE(core.sources()[0].cost, milliseconds(20));
  EXPECT_LT(core.sources()[1].cost, milliseconds(20));
}

TEST_F(SamplerCoreTest, TheProgramsOfASourceArePartOfItsCost) {
  auto core = make(kFake);
  core.tick(milliseconds(0));
  EXPECT_TRUE(core.cpu_seconds_of_programs().empty());
  EXPECT_LT(core.sources()[0].cost, seconds(1000));
  world.programs = seconds(1000);
  core.tick(milliseconds(100));
  world.programs = seconds(3000);
  core.tick(milliseconds(200));
  EXPECT_GE(core.sources()[0].cost, seconds(3000));
  EXPECT_LT(core.sources()[0].cost, seconds(4000));
  EXPECT_EQ(core.cpu_time_of_programs(), seconds(3000));

  world.value.reset();
  for (int tick = 3; tick <= 5; ++tick) core.tick(milliseconds(100 * tick));
  EXPECT_FALSE(core.sources()[0].open);
  world.value = 1;
  world.programs = seconds(500);  // of the one that is opened anew
  core.tick(seconds(10));
  EXPECT_EQ(core.cpu_time_of_programs(), seconds(3500));
  const auto told = core.cpu_seconds_of_programs();
  ASSERT_EQ(told.size(), 6u);
  EXPECT_EQ(told.front().at, milliseconds(100));
  EXPECT_EQ(told.front().value, 1000);
  EXPECT_EQ(told.back().at, seconds(10));
  EXPECT_EQ(told.back().value, 3500);
}

TEST_F(SamplerCoreTest, WhatWasAddedIsReadUnderItsNameUntilItIsRemoved) {
  auto core = make(kFake);
  core.add("worker", std::make_unique<FakeSource>(), milliseconds(10));
  core.tick(milliseconds(0));
  world.value = 3;
  core.tick(milliseconds(100));
  core.remove("worker");
  world.value = 100;
  core.tick(milliseconds(200));
  EXPECT_THAT(core.channels("worker")[0].max, Optional(3.0));
  EXPECT_THAT(core.channels({})[0].max, Optional(100.0));
  EXPECT_EQ(core.history("power.board", "worker").size(), 2u);
}

TEST_F(SamplerCoreTest, IntegratesPowerOverTheTimesOfItsReadings) {
  auto core = make(kFake);
  world.value = 10;
  core.tick(milliseconds(0));
  world.value = 20;
  core.tick(milliseconds(100));
  core.tick(milliseconds(200));
  const auto whole = core.energy("power.board", milliseconds(0), milliseconds(200));
  ASSERT_TRUE(whole);
  EXPECT_THAT(whole->joules, DoubleEq(1.5 + 2.0));
  EXPECT_THAT(whole->covered_seconds, DoubleEq(0.2));
  EXPECT_FALSE(core.energy("power.other", milliseconds(0), milliseconds(200)));
}

TEST_F(SamplerCoreTest, DoesNotAllocateAtATick) {
  if (!kCanWatchHeap) GTEST_SKIP() << "a sanitizer stands where the heap would be watched";
  world.unknown = {"FOO", "BAR"};
  world.programs = seconds(1);
  auto core = make(kFake);
  core.tick(milliseconds(0));
  const auto use = watch_heap([&] {
    for (int tick = 1; tick <= 20000; ++tick) core.tick(milliseconds(100 * tick));
  });
  EXPECT_EQ(use.allocations, 0);
  EXPECT_EQ(core.channels({})[0].n, 20001);
}

TEST(Sampler, ReadsUntilItIsStopped) {
  world = {};
  Listener listener;
  Sampler sampler({.interval = milliseconds(1), .sink = &listener, .kinds = {&kFake}});
  sampler.add("worker", std::make_unique<FakeSource>());
  while (sampler.channels("worker").empty() || sampler.channels("worker")[0].n < 3)
    std::this_thread::sleep_for(milliseconds(1));
  sampler.remove("worker");
  sampler.stop();
  const auto n = sampler.channels()[0].n;
  EXPECT_GE(n, 3);
  EXPECT_GE(static_cast<std::int64_t>(listener.count), n);
  EXPECT_GT(sampler.cpu_time(), Nanoseconds{0});
  sampler.stop();
  EXPECT_EQ(sampler.channels()[0].n, n);
}

TEST(Sampler, DoesNotSleepThroughAChangeOfItsInterval) {
  world = {};
  Sampler sampler({.interval = std::chrono::hours(1), .kinds = {&kFake}});
  sampler.set_interval(milliseconds(1));
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  while (sampler.channels()[0].n < 3 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(milliseconds(1));
  EXPECT_GE(sampler.channels()[0].n, 3);
  sampler.stop();
  EXPECT_EQ(world.opened, 1);
}

}  // namespace
}  // namespace jetmeter
