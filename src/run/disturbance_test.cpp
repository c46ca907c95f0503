#include "run/disturbance.h"

#include <gmock/gmock.h>

#include "run/test_disturbed_scene.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Scene = DisturbedScene;

TEST(Disturbances, AreNoneWhereNothingIsKnown) {
  EXPECT_THAT(Scene().found(), IsEmpty());
  EXPECT_THAT(find_disturbances({}), IsEmpty());
  Scene gpu;
  EXPECT_THAT(gpu.on_gpu("gpu").found(), IsEmpty());
}

TEST(Disturbances, AreToldOfEachSlotThatTheyTouched) {
  Scene scene;
  scene.thermal = frames(2.5, 3.5);
  scene.facts.slots.push_back({"thermal", "", scene.thermal});
  scene.facts.slots.push_back({"skipped", "", {}});
  with_own_load(scene).add("load.cpu", every(0.5, {25, 25, 25, 25, 25, 100, 100, 25, 25}));
  EXPECT_THAT(scene.found(), ElementsAre("other_cpu_load 10/30", "other_cpu_load 5/10"));
  const auto warning = warning_of(find_disturbances(scene.facts).front(), scene.facts);
  EXPECT_EQ(warning.code, "other_cpu_load");
  EXPECT_EQ(warning.slot, "");
  EXPECT_THAT(warning.message, AllOf(HasSubstr("10 of the 30 frames of rgb"),
                                     HasSubstr("5 of the 10 frames of thermal")));
  scene.facts.slots.resize(1);
  EXPECT_EQ(warning_of(find_disturbances(scene.facts).front(), scene.facts).slot, "rgb");
}

}  // namespace
}  // namespace jetmeter
