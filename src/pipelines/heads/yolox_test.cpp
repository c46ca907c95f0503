#include <gmock/gmock.h>

#include <cmath>

#include "pipelines/heads/head_test.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// 64x32 pixels: 8x4 cells of stride 8, 4x2 of 16, 2x1 of 32; two classes.
constexpr std::size_t kCells = 32 + 8 + 2;
constexpr std::size_t kRow = 7;

void set_cell(std::vector<float>& values, std::size_t cell, const std::vector<float>& row) {
  std::copy(row.begin(), row.end(), values.begin() + static_cast<std::ptrdiff_t>(cell * kRow));
}

TEST(YoloxHead, PutsTheBoxIntoItsCellOfItsLevel) {
  const auto decoder = bind_head("yolox", {64, 32, {{1, kCells, kRow}}});
  ASSERT_TRUE(decoder) << decoder.error().what;
  EXPECT_EQ((*decoder)->classes(), 2);
  EXPECT_EQ((*decoder)->capacity(), kCells);
  std::vector<float> values(kCells * kRow, 0.0F);
  const float twice = std::log(2.0F);
  set_cell(values, 8 * 1 + 3, {0.5F, 0.25F, 0, twice, 0.8F, 0.5F, 1});  // column 3, row 1
  set_cell(values, 32 + 4 + 2, {0, 0.5F, twice, 0, 1, 0.6F, 0.1F});     // column 2, row 1
  set_cell(values, 32 + 8 + 1, {0.5F, 0.5F, 0, 0, 0.5F, 0.5F, 0.4F});   // 0.25: too little
  const auto found = decode_all(**decoder, {values}, 0.25F);
  EXPECT_THAT(found.scores, ElementsAre(0.8F, 0.6F));
  EXPECT_THAT(found.classes, ElementsAre(1, 0));
  // centre (3.5 * 8, 1.25 * 8), 8 wide, 16 high
  EXPECT_FLOAT_EQ(found.boxes[0].x1, 24);
  EXPECT_FLOAT_EQ(found.boxes[0].y1, 2);
  EXPECT_FLOAT_EQ(found.boxes[0].x2, 32);
  EXPECT_FLOAT_EQ(found.boxes[0].y2, 18);
  // centre (2 * 16, 1.5 * 16), 32 wide, 16 high
  EXPECT_FLOAT_EQ(found.boxes[1].x1, 16);
  EXPECT_FLOAT_EQ(found.boxes[1].y1, 16);
  EXPECT_FLOAT_EQ(found.boxes[1].x2, 48);
  EXPECT_FLOAT_EQ(found.boxes[1].y2, 32);
}

TEST(YoloxHead, SaysWhatDoesNotFit) {
  EXPECT_THAT(head_refusal("yolox", {640, 640, {{1, 3549, 85}}}),
              HasSubstr("out0 is 1x3549x85, and a 640x640 input has 8400 cells"));
  EXPECT_THAT(head_refusal("yolox", {416, 416, {{1, 3549, 5}}}), HasSubstr("none for class"));
}

}  // namespace
}  // namespace jetmeter
