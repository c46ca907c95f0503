// Other programs on the CPU.
#include <gmock/gmock.h>

#include "run/test_disturbed_scene.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Scene = DisturbedScene;

TEST(OtherCpuLoad, IsWhatIsNotOurs) {
  Scene scene;
  // 100 % of 2 cores are 2; ours are 0.5. Busy in (2, 3].
  with_own_load(scene).add("load.cpu", every(0.5, {25, 25, 25, 25, 25, 100, 100, 25, 25}));
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 10/30"));
  EXPECT_EQ(scene.records().front().seconds, 1.0);
  EXPECT_EQ(scene.records().front().message,
            "other programs took 1.5 of the 2 cores (at most 1.5) for 1.0 s");
}

TEST(OtherCpuLoad, OurOwnIsNone) {
  Scene scene;
  with_own_load(scene).add("load.cpu", constant(25, 5));
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("load.cpu", constant(49, 5));  // 0.48 cores of others
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("load.cpu", constant(51, 5));
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 30/30"));
}

TEST(OtherCpuLoad, IsTheOtherSidesWhereTwoRunsTakeTurns) {
  Scene scene;
  with_own_load(scene).add("load.cpu", constant(100, 5));
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 30/30"));
  scene.facts.in_turns = true;
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(OtherCpuLoad, BeforeAndAfterTheFramesDoesNotMatter) {
  Scene scene;
  with_own_load(scene).add("load.cpu",
                           every(0.5, {100, 100, 100, 25, 25, 25, 25, 25, 25, 100, 100}));
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(OtherCpuLoad, IsNotClaimedWhereOursIsUnknown) {
  Scene scene;
  scene.add("load.cpu", constant(100, 5));
  EXPECT_THAT(scene.found(), IsEmpty());
  with_own_load(scene).facts.own_cpu_seconds[1].clear();
  EXPECT_THAT(scene.found(), IsEmpty());
  with_own_load(scene).facts.own_cpu_seconds[1].resize(6);  // until 2.5 s
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 15/30"));
  with_own_load(scene).facts.cores = 0;
  EXPECT_THAT(scene.found(), IsEmpty());
}

// Readings of a tenth of a second know a core to 10 % only: one alone is not believed.
TEST(OtherCpuLoad, IsJudgedOverHalfASecond) {
  Scene scene;
  auto load = constant(25, 5, 0.125);
  for (auto& point : load)
    if (point.at == seconds(2.125)) point.value = 100;  // 1.5 cores for 0.125 s
  with_own_load(scene).add("load.cpu", load);
  EXPECT_THAT(scene.found(), IsEmpty());
  for (auto& point : load)
    if (point.at > seconds(2) && point.at <= seconds(3)) point.value = 100;
  scene.add("load.cpu", load);
  // The windows begin with the first reading, which speaks for the time since -0.125 s.
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 10/30"));
}

TEST(OtherCpuLoad, AGapIsNotFilled) {
  Scene scene;
  auto load = constant(100, 5);
  std::erase_if(load, [](const auto& p) { return p.at > seconds(1.5) && p.at < seconds(4); });
  with_own_load(scene).add("load.cpu", load);
  // (1, 1.5], and (3.5, 4] for which the first reading after the gap speaks.
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 10/30"));
}

TEST(OtherCpuLoad, NoWindowReachesOverAGap) {
  Scene scene;
  auto load = constant(25, 5, 0.25);
  std::erase_if(load, [](const auto& p) { return p.at > seconds(2) && p.at < seconds(3.5); });
  for (auto& point : load)
    if (point.at == seconds(3.5)) point.value = 100;
  with_own_load(scene).add("load.cpu", load);
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 5/30"));  // (3.25, 3.75]
}

TEST(OtherCpuLoad, ComparesFramesWithThoseThatWereLeftAlone) {
  Scene scene;
  for (auto& frame : scene.rgb)
    if (frame.started_ns >= 2'000'000'000 && frame.started_ns < 3'000'000'000)
      frame.latency_ns = 80'000'000;
  with_own_load(scene).add("load.cpu", every(0.5, {25, 25, 25, 25, 25, 100, 100, 25, 25}));
  EXPECT_EQ(scene.records().front().p50_touched_ms, 80.0);
  EXPECT_EQ(scene.records().front().p50_untouched_ms, 50.0);
  EXPECT_THAT(scene.message(), HasSubstr("; 10 of the 30 frames of rgb, p50 80.00 ms in them and "
                                         "50.00 ms in the others"));
}

TEST(OtherCpuLoad, DoesNotCompareWithTooFewFrames) {
  Scene scene;
  scene.rgb.erase(scene.rgb.begin(), scene.rgb.begin() + 10);
  scene.rgb.resize(14);  // ten touched, four not
  scene.facts.slots.front().frames = scene.rgb;
  with_own_load(scene).add("load.cpu", every(0.5, {25, 25, 25, 25, 25, 100, 100, 25, 25}));
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 10/14"));
  EXPECT_FALSE(scene.records().front().p50_touched_ms);
  EXPECT_FALSE(scene.records().front().p50_untouched_ms);
}

}  // namespace
}  // namespace jetmeter
