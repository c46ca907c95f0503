#include <gmock/gmock.h>

#include "pipelines/heads/head_test.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(YoloEndToEndHead, TakesTheRowsAsTheyAre) {
  const auto decoder = bind_head("yolo-e2e", {640, 640, {{1, 4, 6}}});
  ASSERT_TRUE(decoder) << decoder.error().what;
  const auto found = decode_all(**decoder, {{1, 2, 3, 4, 0.9F,  5,     //
                                             1, 2, 3, 4, 0.25F, 5,     // at the confidence
                                             5, 6, 7, 8, 0.5F,  79,    //
                                             0, 0, 0, 0, 0.8F,  -1}},  // no class
                                0.25F);
  EXPECT_THAT(found.scores, ElementsAre(0.9F, 0.5F));
  EXPECT_THAT(found.classes, ElementsAre(5, 79));
  EXPECT_FLOAT_EQ(found.boxes[1].x1, 5);
  EXPECT_FLOAT_EQ(found.boxes[1].y2, 8);
  EXPECT_FALSE((*decoder)->needs_nms());
  EXPECT_EQ((*decoder)->capacity(), 4U);
}

TEST(YoloEndToEndHead, SaysWhatDoesNotFit) {
  EXPECT_THAT(head_refusal("yolo-e2e", {640, 640, {{1, 300, 7}}}), HasSubstr("1x300x7"));
  EXPECT_THAT(head_refusal("yolo-e2e", {640, 640, {{1, 8400, 6}}}), HasSubstr("1000 rows of 6"));
}

}  // namespace
}  // namespace jetmeter
