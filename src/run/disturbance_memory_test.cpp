// Memory that is short.
#include <gmock/gmock.h>

#include "run/test_disturbed_scene.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Scene = DisturbedScene;

constexpr double kMebibyte = 1 << 20;

TEST(Swapping, TouchesTheFramesWhileTheCountersGrow) {
  Scene scene;
  scene.add("swap.in", every(0.5, {9e9, 9e9, 9e9, 9e9, 9e9 + 2 * kMebibyte, 9e9 + 2 * kMebibyte,
                                   9e9 + 2 * kMebibyte, 9e9 + 2 * kMebibyte}));
  scene.add("swap.out", every(0.5, {0, 0, 0, 0, 0, kMebibyte, kMebibyte, kMebibyte}));
  EXPECT_THAT(scene.found(), ElementsAre("swapping 10/30"));  // (1.5, 2.5]
  EXPECT_THAT(scene.message(), HasSubstr("2.00 MiB in, 1.00 MiB out"));
}

TEST(Swapping, AFewPagesAreTheKernelsOwnBusiness) {
  Scene scene;
  scene.add("swap.out", every(0.5, {0, 0, 0, 0, kMebibyte - 4096, kMebibyte - 4096}));
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("swap.out", constant(1e12, 5));  // since boot
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("swap.out", every(0.5, {0, 1e9, 1e9, 1e9, 1e9, 1e9, 1e9, 1e9}));  // before the frames
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(Swapping, WhatGrewInAGapIsTiedToNothing) {
  Scene scene;
  auto points = every(0.25, {0, 0, 0, 0, 0});
  points.push_back({seconds(3), 1e9});
  points.push_back({seconds(3.25), 1e9});
  EXPECT_THAT(scene.add("swap.in", points).found(), IsEmpty());
}

TEST(MemoryPressure, IsNotTheMemoryOfAnEarlierOne) {
  Scene scene;
  // The loading of the model was hard; the mean falls by 0.82 every 2 s.
  scene.add("pressure.memory", every(1, {50, 50, 40.9, 40.9, 33.5, 33.5}));
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("pressure.memory", every(1, {0, 0, 0, 1.5, 1.5, 1.2}));
  EXPECT_THAT(scene.found(), ElementsAre("memory_pressure 20/30"));  // (2, 4]
  EXPECT_THAT(scene.message(), HasSubstr("up to 1.5 % of 10 s some of them, up to 0.0 % all"));
  scene.add("pressure.memory", constant(1.0, 5));
  EXPECT_THAT(scene.found(), IsEmpty());
}

TEST(MemoryPressure, OfAllProgramsIsBadAtOnce) {
  Scene scene;
  scene.add("pressure.memory_full", every(1, {0, 0, 0.1, 0, 0}));
  EXPECT_THAT(scene.found(), ElementsAre("memory_pressure 10/30"));
  EXPECT_THAT(scene.message(), HasSubstr("up to 0.0 % of 10 s some of them, up to 0.1 % all"));
  scene.add("pressure.memory", every(1, {0, 0, 0.4, 0, 0}));  // less than is told by itself
  EXPECT_THAT(scene.message(), HasSubstr("up to 0.4 % of 10 s some of them, up to 0.1 % all"));
  scene.add("pressure.memory_full", every(1, {0, 0, 0.04, 0.01, 0.02}));  // 0.0 % as it is told
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("pressure.memory_full", constant(0, 5));
  EXPECT_THAT(scene.found(), IsEmpty());
}

}  // namespace
}  // namespace jetmeter
