// Throttling and heat.
#include <gmock/gmock.h>

#include "run/test_disturbed_scene.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Scene = DisturbedScene;

TEST(Throttled, CountsEventsThatGrew) {
  Scene scene;
  scene.add("throttle.oc3", every(0.5, {7, 7, 7, 7, 9, 9, 9, 12, 12}));
  scene.add("throttle.cpu", constant(3, 5));
  EXPECT_THAT(scene.found(), ElementsAre("throttled 10/30"));  // (1.5, 2] and (3, 3.5]
  EXPECT_THAT(scene.message(), HasSubstr("the hardware throttled: oc3 5 times; 10 of"));
  scene.add("throttle.oc3", constant(7, 5));
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("throttle.oc3", every(0.5, {7, 7, 7, 7, 2, 2}));  // it was reset
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(Throttled, AnAlarmStandsForTheTimeItStands) {
  Scene scene;
  scene.add("throttle.VDD_IN_alarm", every(0.5, {1, 0, 0, 0, 1, 1, 0, 0, 0, 1}));
  EXPECT_THAT(scene.found(), ElementsAre("over_current_alarm 10/30"));
  EXPECT_THAT(scene.message(), HasSubstr("VDD_IN_alarm for 1.0 s"));
  scene.add("throttle.VDD_IN_alarm", constant(0, 5));
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(Throttled, AGpusDriverTellsOfItsOwnSlotsOnly) {
  Scene scene;
  scene.add("throttle.gpu0", every(0.5, {0, 0, 0, 0, 1, 1, 0, 0, 0}));
  EXPECT_THAT(scene.found(), IsEmpty()) << "the slot is on the CPU";
  EXPECT_THAT(scene.on_gpu("gpu1").found(), IsEmpty());
  EXPECT_THAT(scene.on_gpu("gpu0").found(), ElementsAre("throttled 10/30"));
}

TEST(NearThermalLimit, BeginsFourDegreesBelow) {
  Scene scene;
  scene.add("temperature.tj-thermal", every(0.5, {90, 90, 90, 94.9, 95, 96.5, 94, 94, 94}));
  EXPECT_THAT(scene.found(), IsEmpty()) << "the limit is not known";
  scene.facts.throttles_at = {{"tj-thermal", 99}};
  EXPECT_THAT(scene.found(), ElementsAre("near_thermal_limit 10/30"));
  EXPECT_THAT(scene.message(), HasSubstr("tj-thermal 96.5 °C of 99 °C"));
  scene.facts.throttles_at = {{"tj-thermal", 101}};
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(NearThermalLimit, TakesWhatTegrastatsSays) {
  Scene scene;
  scene.add("tegrastats.temperature.tj", constant(97, 5));
  scene.facts.throttles_at = {{"tj", 99}};
  EXPECT_THAT(scene.found(), ElementsAre("near_thermal_limit 30/30"));
}

}  // namespace
}  // namespace jetmeter
