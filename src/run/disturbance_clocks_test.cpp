// Clocks that fell, that no table knows or that nobody lifted.
#include <gmock/gmock.h>

#include "run/test_disturbed_scene.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Scene = DisturbedScene;

constexpr double kMegahertz = 1e6;

std::vector<HistoryPoint> megahertz(std::vector<HistoryPoint> points) {
  for (auto& point : points) point.value *= kMegahertz;
  return points;
}

TEST(ClockSagged, TouchesTheFramesOfTheFall) {
  Scene scene;
  const auto clock = megahertz(every(0.5, {306, 306, 1020, 1020, 1020, 918, 816, 1020, 1020, 306}));
  scene.on_gpu("gpu").add("clock.gpu", clock).add("load.gpu", constant(98, 5));
  // (2, 3]: 1 s.
  EXPECT_THAT(scene.found(), ElementsAre("clock_sagged 10/30"));
  EXPECT_THAT(scene.message(), HasSubstr("the clock of the GPU fell from 1020 to 816 MHz"));
}

TEST(ClockSagged, NotWhenThereIsLessToDo) {
  Scene scene;
  scene.on_gpu("gpu").add(
      "clock.gpu",
      megahertz(every(0.25, {1020, 1020, 1020, 1020, 816, 816, 816, 816, 816, 816}, 1.25)));
  scene.add("load.gpu", every(0.25, {98, 98, 98, 98, 98, 98, 98, 98, 98, 98}, 1.25));
  EXPECT_THAT(scene.found(), ElementsAre("clock_sagged 15/30"));
  scene.add("load.gpu", every(0.25, {98, 98, 98, 98, 79, 79, 79, 79, 79, 79}, 1.25));
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.facts.histories.erase("load.gpu");
  EXPECT_THAT(scene.found(), IsEmpty()) << "the load is unknown";
}

TEST(ClockSagged, NotForThreePercentNorForAMoment) {
  Scene scene;
  scene.on_gpu("gpu").add("load.gpu", constant(98, 5));
  scene.add("clock.gpu", megahertz(every(0.5, {1000, 1000, 1000, 1000, 1000, 971, 971, 971, 971})));
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("clock.gpu", megahertz(every(0.5, {1000, 1000, 1000, 1000, 1000, 900, 1000, 1000})));
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(ClockSagged, CoresAreOneDisturbance) {
  Scene scene;
  for (const auto* core : {"0", "1", "2"}) {
    scene.add(std::string("load.cpu") + core, constant(99, 5));
    scene.add(std::string("clock.cpu") + core, megahertz(constant(2000, 5)));
  }
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("clock.cpu1", megahertz(every(0.5, {2e3, 2e3, 2e3, 2e3, 2e3, 2e3, 1.8e3, 1.8e3, 2e3})));
  scene.add("clock.cpu2",
            megahertz(every(0.5, {2e3, 2e3, 2e3, 2e3, 2e3, 2e3, 1.2e3, 1.2e3, 1.2e3})));
  EXPECT_THAT(scene.found(), ElementsAre("clock_sagged 15/30"));
  EXPECT_THAT(scene.message(),
              HasSubstr("the clock of cpu2, with 1 other core, fell from 2000 to 1200 MHz"));
  scene.add("load.cpu2", constant(10, 5));
  EXPECT_THAT(scene.message(), HasSubstr("the clock of cpu1 fell from 2000 to 1800 MHz"));
}

TEST(ClockOdd, IsNoStepOfTheTable) {
  Scene scene;
  scene.on_gpu("gpu").add("clock.gpu",
                          megahertz(every(0.5, {306, 918, 918, 918, 862, 862, 918, 918, 918})));
  EXPECT_THAT(scene.found(), IsEmpty()) << "the table is not known";
  scene.facts.steps["gpu"] = {306e6, 816e6, 918e6};
  EXPECT_THAT(scene.found(), ElementsAre("clock_odd 10/30"));
  EXPECT_THAT(scene.message(), HasSubstr("862 MHz, which is no step of its table, in 2 of"));
  scene.facts.steps["gpu"].push_back(862e6);
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.facts.steps["gpu"].pop_back();
  scene.add("clock.gpu_cap", megahertz(constant(862, 5)));  // a cap between two steps
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(GpuClockNeverLifted, IsTheGovernorsTrap) {
  Scene scene;
  scene.on_gpu("gpu")
      .add("clock.gpu", megahertz(constant(306, 5)))
      .add("clock.gpu_cap", megahertz(constant(612, 5)));
  EXPECT_THAT(scene.found(), ElementsAre("gpu_clock_never_lifted 30/30"));
  EXPECT_THAT(scene.message(), HasSubstr("at most 306 MHz of 612"));
  scene.add("clock.gpu", megahertz(every(0.5, {306, 306, 306, 306, 408, 306, 306, 306, 306})));
  EXPECT_THAT(scene.found(), IsEmpty()) << "it was lifted once";
}

TEST(GpuClockNeverLifted, IsNotClaimedWithoutACapOrAGpu) {
  Scene scene;
  scene.on_gpu("gpu").add("clock.gpu", megahertz(constant(306, 5)));
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("clock.gpu_cap", megahertz(constant(306, 5)));  // somebody holds it there
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("clock.gpu_cap", megahertz(constant(1020, 5)));
  EXPECT_THAT(scene.on_gpu("").found(), IsEmpty());
  EXPECT_THAT(scene.on_gpu("gpu").found(), ElementsAre("gpu_clock_never_lifted 30/30"));
}

}  // namespace
}  // namespace jetmeter
