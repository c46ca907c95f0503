#include <gmock/gmock.h>

#include <limits>
#include <random>

#include "pipelines/heads/class_maxima.h"
#include "pipelines/heads/head_test.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// Three anchors, three classes.
const std::vector<float> kByValue{10,   20,   30,      // centre x
                                  11,   21,   31,      // centre y
                                  4,    6,    8,       // width
                                  2,    4,    6,       // height
                                  0.1F, 0.5F, 0.30F,   // class 0
                                  0.2F, 0.5F, 0.20F,   // class 1
                                  0.7F, 0.4F, 0.25F};  // class 2

std::vector<float> transposed(const std::vector<float>& values, std::size_t rows) {
  const auto columns = values.size() / rows;
  std::vector<float> out(values.size());
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) out[c * rows + r] = values[r * columns + c];
  return out;
}

void expect_box(const Box& got, const Box& want) {
  EXPECT_FLOAT_EQ(got.x1, want.x1);
  EXPECT_FLOAT_EQ(got.y1, want.y1);
  EXPECT_FLOAT_EQ(got.x2, want.x2);
  EXPECT_FLOAT_EQ(got.y2, want.y2);
}

void expect_the_two_best(const Candidates& found) {
  EXPECT_THAT(found.scores, ElementsAre(0.7F, 0.5F));
  EXPECT_THAT(found.classes, ElementsAre(2, 0));  // of equal scores the first class
  expect_box(found.boxes[0], {8, 10, 12, 12});
  expect_box(found.boxes[1], {17, 19, 23, 23});
}

TEST(YoloHead, ReadsARowPerValue) {
  // 16x8 pixels: 2 cells at stride 8, 1 at 16, 1 at 32; the fourth anchor is empty.
  std::vector<float> values;
  for (std::size_t i = 0; i < kByValue.size(); ++i) {
    values.push_back(kByValue[i]);
    if (i % 3 == 2) values.push_back(0);
  }
  const auto decoder = bind_head("yolo", {16, 8, {{1, 7, 4}}});
  ASSERT_TRUE(decoder) << decoder.error().what;
  EXPECT_EQ((*decoder)->classes(), 3);
  EXPECT_EQ((*decoder)->capacity(), 4U);
  EXPECT_TRUE((*decoder)->needs_nms());
  expect_the_two_best(decode_all(**decoder, {values}, 0.3F));
}

TEST(YoloHead, ReadsARowPerAnchorWhereTheGridSaysSo) {
  auto rows = transposed(kByValue, 7);
  rows.insert(rows.end(), 7, 0.0F);
  const auto decoder = bind_head("yolo", {16, 8, {{1, 4, 7}}});
  ASSERT_TRUE(decoder) << decoder.error().what;
  EXPECT_EQ((*decoder)->classes(), 3);
  expect_the_two_best(decode_all(**decoder, {rows}, 0.3F));
}

TEST(YoloHead, TakesTheLongerSideForAnchorsWhereTheGridSaysNothing) {
  const auto by_value = bind_head("yolo", {320, 320, {{1, 7, 6400}}});
  const auto by_anchor = bind_head("yolo", {320, 320, {{1, 6400, 7}}});
  ASSERT_TRUE(by_value && by_anchor);
  EXPECT_EQ((*by_value)->classes(), 3);
  EXPECT_EQ((*by_anchor)->classes(), 3);
}

TEST(YoloHead, AScoreAtTheConfidenceIsNotAboveIt) {
  const auto decoder = bind_head("yolo", {1024, 1024, {{1, 7, 8}}});
  const std::vector<float> values(7 * 8, 0.5F);
  EXPECT_THAT(decode_all(**decoder, {values}, 0.5F).scores, SizeIs(0));
  EXPECT_THAT(decode_all(**decoder, {values}, 0.49F).scores, SizeIs(8));
}

TEST(YoloHead, IgnoresScoresThatAreNotNumbers) {
  std::vector<float> values(6 * 8, 0.0F);
  values[4 * 8 + 2] = std::numeric_limits<float>::quiet_NaN();
  values[5 * 8 + 3] = 0.9F;
  const auto decoder = bind_head("yolo", {1024, 1024, {{1, 6, 8}}});
  const auto found = decode_all(**decoder, {values}, 0.1F);
  EXPECT_THAT(found.scores, ElementsAre(0.9F));
  EXPECT_THAT(found.classes, ElementsAre(1));
}

TEST(YoloHead, SaysWhatDoesNotFit) {
  EXPECT_THAT(head_refusal("yolo", {640, 640, {{1, 4, 8400}}}), HasSubstr("none for class"));
  EXPECT_THAT(head_refusal("yolo", {640, 640, {{1, 25200, 85}}}), HasSubstr("YOLOv5"));
  EXPECT_THAT(head_refusal("yolo", {640, 640, {{2, 84, 8400}}}), HasSubstr("out0 is 2x84x8400"));
  EXPECT_THAT(head_refusal("yolo", {640, 640, {{1, 84, 0}}}), HasSubstr("empty"));
  EXPECT_THAT(head_refusal("yolo", {640, 640, {{1, 116, 8400}, {1, 32, 160, 160}}}),
              HasSubstr("2 outputs"));
}

TEST(ClassMaxima, IsTheLargestOverAllStretches) {
  constexpr std::size_t kAnchors = 2500;
  constexpr int kClasses = 5;
  std::mt19937 rng(1);
  std::uniform_real_distribution<float> any(0, 1);
  std::vector<float> scores(kAnchors * kClasses), best(kAnchors);
  for (auto& score : scores) score = any(rng);
  class_maxima(scores.data(), kAnchors, kClasses, best);
  for (std::size_t i = 0; i < kAnchors; ++i) {
    float want = 0;
    for (std::size_t c = 0; c < kClasses; ++c) want = std::max(want, scores[c * kAnchors + i]);
    ASSERT_EQ(best[i], want) << "anchor " << i;
  }
}

}  // namespace
}  // namespace jetmeter
