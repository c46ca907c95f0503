#include "cli/verify_report.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

VerifyReport judged(double a, double b) {
  VerifyReport report;
  TaskAccuracy accuracy;
  accuracy.a.map50 = accuracy.a.map50_95 = a;
  accuracy.b.map50 = accuracy.b.map50_95 = b;
  report.accuracy = accuracy;
  return report;
}

TEST(MapLoss, IsALimitOnlyWhenItIsAskedFor) {
  auto report = judged(0.5, 0.25);
  EXPECT_TRUE(report.passed());
  report.max_map_loss = 0.125;
  EXPECT_FALSE(report.passed());
  EXPECT_EQ(beyond_map_loss(report), "mAP50 falls by 0.2500, more than 0.125");
  report.max_map_loss = 0.25;
  EXPECT_TRUE(report.passed());
}

TEST(MapLoss, LooksAtBothAndWelcomesAGain) {
  auto report = judged(0.25, 0.5);
  report.max_map_loss = 0;
  EXPECT_TRUE(report.passed());
  report.accuracy->b.map50_95 = 0;
  EXPECT_EQ(beyond_map_loss(report), "mAP50-95 falls by 0.2500, more than 0");
}

TEST(MapLoss, OfNothingPassesNobody) {
  auto report = judged(0.25, 0.25);
  report.max_map_loss = 0.5;
  report.accuracy->a.map50.reset();
  EXPECT_FALSE(report.passed());
  report.accuracy.reset();
  EXPECT_FALSE(report.passed());
}

}  // namespace
}  // namespace jetmeter
