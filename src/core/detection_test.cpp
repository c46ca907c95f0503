#include "jetmeter/detection.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

TEST(Iou, IsSharedAreaOverUnitedArea) {
  EXPECT_FLOAT_EQ(iou({0, 0, 10, 10}, {0, 0, 10, 10}), 1.0F);
  EXPECT_FLOAT_EQ(iou({0, 0, 10, 10}, {5, 0, 15, 10}), 50.0F / 150.0F);
  EXPECT_FLOAT_EQ(iou({0, 0, 10, 10}, {10, 0, 20, 10}), 0.0F);
  EXPECT_FLOAT_EQ(iou({0, 0, 10, 10}, {2, 2, 4, 4}), 4.0F / 100.0F);
}

TEST(Iou, OfBoxesWithoutExtentIsZeroNotNan) {
  EXPECT_EQ(iou({3, 3, 3, 3}, {3, 3, 3, 3}), 0.0F);
  EXPECT_EQ(area({5, 5, 1, 9}), 0.0F);
}

}  // namespace
}  // namespace jetmeter
