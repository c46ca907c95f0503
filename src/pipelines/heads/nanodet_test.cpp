#include <gmock/gmock.h>

#include "pipelines/heads/head_test.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::size_t kBins = 8;

// 64x32 pixels: 8x4, 4x2 and 2x1 cells; two classes. Scores first, as a real export has them.
const std::vector<Shape> kShapes{{1, 32, 2},  {1, 8, 2},  {1, 2, 2},
                                 {1, 32, 32}, {1, 8, 32}, {1, 2, 32}};

std::vector<std::vector<float>> zeros(const std::vector<Shape>& shapes) {
  std::vector<std::vector<float>> outputs;
  for (const auto& shape : shapes)
    outputs.emplace_back(static_cast<std::size_t>(element_count(shape)), 0.0F);
  return outputs;
}

// All probability on one bin per side: left, top, right, bottom.
void set_sides(std::vector<float>& boxes, std::size_t cell, std::array<std::size_t, 4> bins) {
  for (std::size_t side = 0; side < 4; ++side) boxes[(cell * 4 + side) * kBins + bins[side]] = 100;
}

TEST(NanoDetHead, MeasuresFromTheMiddleOfTheCell) {
  const auto decoder = bind_head("nanodet", {64, 32, kShapes});
  ASSERT_TRUE(decoder) << decoder.error().what;
  EXPECT_EQ((*decoder)->classes(), 2);
  EXPECT_EQ((*decoder)->capacity(), 42U * 2);
  auto outputs = zeros(kShapes);
  outputs[0][2 * (8 + 3) + 1] = 0.9F;  // stride 8, column 3, row 1
  set_sides(outputs[3], 8 + 3, {1, 0, 2, 1});
  outputs[2][0] = 0.5F;  // stride 32, column 0; all bins alike: 3.5 strides to each side
  outputs[1][0] = 0.25F;
  const auto found = decode_all(**decoder, outputs, 0.25F);
  EXPECT_THAT(found.scores, ElementsAre(0.9F, 0.5F));
  EXPECT_THAT(found.classes, ElementsAre(1, 0));
  EXPECT_FLOAT_EQ(found.boxes[0].x1, 28 - 8);
  EXPECT_FLOAT_EQ(found.boxes[0].y1, 12);
  EXPECT_FLOAT_EQ(found.boxes[0].x2, 28 + 16);
  EXPECT_FLOAT_EQ(found.boxes[0].y2, 12 + 8);
  EXPECT_FLOAT_EQ(found.boxes[1].x1, 16 - 3.5F * 32);
  EXPECT_FLOAT_EQ(found.boxes[1].y2, 16 + 3.5F * 32);
}

TEST(NanoDetHead, EveryClassAboveTheConfidenceIsACandidate) {
  const auto decoder = bind_head("nanodet", {64, 32, kShapes});
  auto outputs = zeros(kShapes);
  outputs[0][0] = 0.6F;
  outputs[0][1] = 0.4F;
  const auto found = decode_all(**decoder, outputs, 0.3F);
  EXPECT_THAT(found.scores, ElementsAre(0.6F, 0.4F));
  EXPECT_THAT(found.classes, ElementsAre(0, 1));
}

TEST(NanoDetHead, FindsItsOutputsInAnyOrder) {
  const std::vector<Shape> shuffled{kShapes[5], kShapes[0], kShapes[4],
                                    kShapes[2], kShapes[3], kShapes[1]};
  const auto decoder = bind_head("nanodet", {64, 32, shuffled});
  ASSERT_TRUE(decoder) << decoder.error().what;
  auto outputs = zeros(shuffled);
  outputs[1][0] = 0.9F;
  set_sides(outputs[4], 0, {0, 0, 1, 1});
  const auto found = decode_all(**decoder, outputs, 0.5F);
  ASSERT_THAT(found.boxes, testing::SizeIs(1));
  EXPECT_FLOAT_EQ(found.boxes[0].x2, 12);
}

TEST(NanoDetHead, TellsThirtyTwoClassesFromBoxesByTheirOrder) {
  std::vector<Shape> shapes = kShapes;
  for (auto& shape : shapes) shape[2] = 32;
  const auto decoder = bind_head("nanodet", {64, 32, shapes});
  ASSERT_TRUE(decoder) << decoder.error().what;
  auto outputs = zeros(shapes);
  outputs[0][31] = 0.9F;
  EXPECT_THAT(decode_all(**decoder, outputs, 0.5F).classes, ElementsAre(31));
}

TEST(NanoDetHead, SaysWhatDoesNotFit) {
  EXPECT_THAT(head_refusal("nanodet", {64, 32, {{1, 32, 2}}}), HasSubstr("1 output, not 6"));
  EXPECT_THAT(head_refusal("nanodet", {128, 32, kShapes}), HasSubstr("stride 8 of a 128x32"));
  auto shapes = kShapes;
  shapes[2] = {1, 2, 3};
  EXPECT_THAT(head_refusal("nanodet", {64, 32, shapes}), HasSubstr("number of classes"));
}

TEST(Heads, HaveDistinctNames) {
  std::vector<std::string_view> names;
  for (const auto* head : heads()) names.push_back(head->name);
  EXPECT_THAT(names, ElementsAre("yolo-e2e", "yolox", "yolo", "nanodet"));
}

}  // namespace
}  // namespace jetmeter
