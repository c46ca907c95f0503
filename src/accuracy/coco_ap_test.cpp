#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "jetmeter/accuracy.h"

namespace jetmeter {
namespace {

constexpr Box kLeft{0, 0, 100, 100}, kRight{200, 0, 300, 100}, kNowhere{500, 500, 600, 600};

Detection found(Box box, float score, int class_id = 0) {
  return {box, score, class_id};
}
Truth there(Box box, int class_id = 0) {
  return {box, class_id, false};
}
Truth crowd(Box box, int class_id = 0) {
  return {box, class_id, true};
}

Accuracy of(std::vector<Detection> detections, std::vector<Truth> truth) {
  const std::vector<ImageResult> images{{std::move(detections), std::move(truth)}};
  return evaluate(images, {});
}

// A truth of 100x100 and a detection inside it that covers `percent` of it.
Accuracy with_overlap(float percent) {
  return of({found({0, 0, 100, percent}, 0.9F)}, {there(kLeft)});
}

TEST(Evaluate, PerfectDetectionsScoreExactlyOne) {
  const auto a = of({found(kLeft, 0.9F), found(kRight, 0.8F)}, {there(kLeft), there(kRight)});
  EXPECT_EQ(a.map50, 1.0);
  EXPECT_EQ(a.map50_95, 1.0);
  EXPECT_EQ(a.precision50, 1.0);
  EXPECT_EQ(a.recall50, 1.0);
  EXPECT_EQ(a.images, 1);
  EXPECT_EQ(a.truths, 2);
}

TEST(Evaluate, WrongDetectionAboveTheRightOneHalvesPrecisionEverywhere) {
  const auto a = of({found(kNowhere, 0.9F), found(kLeft, 0.8F)}, {there(kLeft)});
  EXPECT_DOUBLE_EQ(*a.map50, 0.5);
  EXPECT_DOUBLE_EQ(*a.precision50, 0.5);
  EXPECT_DOUBLE_EQ(*a.recall50, 1.0);
}

TEST(Evaluate, WrongDetectionBelowTheRightOneCostsNoAveragePrecision) {
  const auto a = of({found(kLeft, 0.8F), found(kNowhere, 0.1F)}, {there(kLeft)});
  EXPECT_DOUBLE_EQ(*a.map50, 1.0);
  EXPECT_DOUBLE_EQ(*a.precision50, 0.5);
}

TEST(Evaluate, MissedTruthEndsTheCurveAtItsRecall) {
  const auto a = of({found(kLeft, 0.9F)}, {there(kLeft), there(kRight)});
  EXPECT_DOUBLE_EQ(*a.map50, 51.0 / 101.0);  // recall 0.00 … 0.50
  EXPECT_DOUBLE_EQ(*a.recall50, 0.5);
}

TEST(Evaluate, LaterPrecisionLiftsTheCurveBeforeIt) {
  // Precision 1, 1/2, 2/3 at recall 1/2, 1/2, 1: 51 points of 1 and 50 of 2/3.
  const auto a = of({found(kLeft, 0.9F), found(kNowhere, 0.8F), found(kRight, 0.7F)},
                    {there(kLeft), there(kRight)});
  EXPECT_NEAR(*a.map50, (51.0 + 50.0 * 2 / 3) / 101.0, 1e-12);
}

TEST(Evaluate, SecondDetectionOfTheSameObjectIsWrong) {
  const auto a = of({found(kLeft, 0.9F), found(kLeft, 0.8F), found(kRight, 0.7F)},
                    {there(kLeft), there(kRight)});
  EXPECT_DOUBLE_EQ(*a.precision50, 2.0 / 3.0);
  EXPECT_NEAR(*a.map50, (51.0 + 50.0 * 2 / 3) / 101.0, 1e-12);
}

TEST(Evaluate, DetectionTakesTheTruthItOverlapsMost) {
  const Box shifted{0, 0, 100, 80};
  const auto a =
      of({found(kLeft, 0.9F), found({0, 0, 100, 55}, 0.8F)}, {there(shifted), there(kLeft)});
  EXPECT_DOUBLE_EQ(*a.recall50, 1.0) << "the first one must leave the smaller truth to the other";
}

TEST(Evaluate, CrowdAbsorbsAnyNumberOfDetectionsAndIsNeverMissed) {
  const Box huge{0, 0, 1000, 1000};
  const auto a = of({found(kNowhere, 0.9F), found({600, 600, 700, 700}, 0.8F), found(kLeft, 0.7F)},
                    {crowd(huge), there(kLeft)});
  EXPECT_DOUBLE_EQ(*a.map50, 1.0);
  EXPECT_DOUBLE_EQ(*a.precision50, 1.0);
  EXPECT_EQ(a.truths, 1);
}

TEST(Evaluate, CrowdIsComparedByTheShareOfTheDetectionInside) {
  const auto a = of({found({0, 0, 100, 100}, 0.9F)}, {crowd({0, 0, 1000, 40}), there(kNowhere)});
  EXPECT_DOUBLE_EQ(*a.precision50, 0.0) << "40 in 100 inside: not absorbed";
  const auto b = of({found({0, 0, 100, 100}, 0.9F)}, {crowd({0, 0, 1000, 50}), there(kNowhere)});
  EXPECT_EQ(b.precision50, std::nullopt) << "50 in 100 inside: ignored, so nothing to divide by";
}

TEST(Evaluate, OverlapExactlyAtAThresholdMeetsIt) {
  for (int thresholds = 1; thresholds <= 10; ++thresholds) {
    const int percent = 45 + 5 * thresholds;
    const auto at = with_overlap(static_cast<float>(percent));
    EXPECT_NEAR(*at.map50_95, thresholds / 10.0, 1e-12) << percent;
    const auto below = with_overlap(static_cast<float>(percent) - 0.01F);
    EXPECT_NEAR(*below.map50_95, (thresholds - 1) / 10.0, 1e-12) << percent;
  }
}

TEST(Evaluate, MeansOverTheClassesThatTheTruthContains) {
  const auto a =
      of({found(kLeft, 0.9F, 3), found(kNowhere, 0.95F, 8)}, {there(kLeft, 3), there(kRight, 5)});
  ASSERT_EQ(a.classes.size(), 2U);
  EXPECT_EQ(a.classes[0].class_id, 3);
  EXPECT_DOUBLE_EQ(a.classes[0].ap50, 1.0);
  EXPECT_EQ(a.classes[1].class_id, 5);
  EXPECT_DOUBLE_EQ(a.classes[1].ap50, 0.0);
  EXPECT_DOUBLE_EQ(*a.map50, 0.5);
  EXPECT_DOUBLE_EQ(*a.precision50, 0.5) << "class 8 has no truth, and yet it was claimed";
}

TEST(Evaluate, OtherClassDoesNotMatch) {
  const auto a = of({found(kLeft, 0.9F, 1)}, {there(kLeft, 0)});
  EXPECT_DOUBLE_EQ(*a.recall50, 0.0);
}

TEST(Evaluate, WithoutTruthThereIsNoAverageNotZero) {
  const auto a = of({found(kLeft, 0.9F)}, {});
  EXPECT_EQ(a.map50, std::nullopt);
  EXPECT_EQ(a.map50_95, std::nullopt);
  EXPECT_EQ(a.recall50, std::nullopt);
  EXPECT_EQ(a.precision50, 0.0);
  EXPECT_TRUE(a.classes.empty());
}

TEST(Evaluate, WithoutDetectionsRecallIsZeroAndPrecisionAbsent) {
  const auto a = of({}, {there(kLeft)});
  EXPECT_EQ(a.map50, 0.0);
  EXPECT_EQ(a.recall50, 0.0);
  EXPECT_EQ(a.precision50, std::nullopt);
}

TEST(Evaluate, OfNothingIsAbsent) {
  const auto a = evaluate({}, {});
  EXPECT_EQ(a.images, 0);
  EXPECT_EQ(a.map50, std::nullopt);
  EXPECT_EQ(a.precision50, std::nullopt);
}

TEST(Evaluate, KeepsTheBestOfEachImageAndClass) {
  const std::vector<ImageResult> images{
      {{found(kNowhere, 0.9F), found(kLeft, 0.8F), found(kLeft, 0.7F, 1)},
       {there(kLeft), there(kLeft, 1)}}};
  const auto a = evaluate(images, {.max_detections = 1});
  EXPECT_DOUBLE_EQ(*a.recall50, 0.5) << "class 0 loses its right one, class 1 keeps its only one";
  EXPECT_DOUBLE_EQ(*evaluate(images, {}).recall50, 1.0);
}

TEST(Evaluate, RanksDetectionsOfAllImagesTogether) {
  const std::vector<ImageResult> images{{{found(kNowhere, 0.9F)}, {}},
                                        {{found(kLeft, 0.8F)}, {there(kLeft)}}};
  EXPECT_DOUBLE_EQ(*evaluate(images, {}).map50, 0.5);
}

TEST(Evaluate, ScoreThatIsNotANumberRanksLast) {
  const auto nan = std::numeric_limits<float>::quiet_NaN();
  const auto a = of({found(kNowhere, nan), found(kLeft, 0.1F)}, {there(kLeft)});
  EXPECT_DOUBLE_EQ(*a.map50, 1.0);
}

}  // namespace
}  // namespace jetmeter
