#include "pipelines/choose_head.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::HasSubstr;

std::vector<TensorSpec> output(Shape shape) {
  return {{"output0", ElementType::float32, std::move(shape)}};
}

Labels labels(std::size_t count) {
  return {std::vector<std::string>(count, "thing"), "model metadata"};
}

struct Choice {
  std::string head, why;
  int classes = 0;
};

Choice choose(const std::vector<TensorSpec>& outputs, int size, const Labels& names = {},
              std::string_view name = "auto") {
  auto chosen = choose_head(name, {size, size, outputs}, names);
  if (!chosen) return {"none", chosen.error().what, 0};
  return {std::string(chosen->head->name), chosen->why, chosen->decoder->classes()};
}

TEST(ChooseHead, KnowsEachLayoutByItsShape) {
  EXPECT_EQ(choose(output({1, 84, 8400}), 640).head, "yolo");
  EXPECT_EQ(choose(output({1, 300, 6}), 640).head, "yolo-e2e");
  EXPECT_EQ(choose(output({1, 3549, 85}), 416).head, "yolox");
  EXPECT_EQ(choose(output({1, 5, 6400}), 320).head, "yolo");
  std::vector<TensorSpec> six;
  for (const std::int64_t cells : {2704, 676, 169})
    for (const std::int64_t columns : {80, 32})
      six.push_back({std::to_string(cells), ElementType::float32, {1, cells, columns}});
  EXPECT_EQ(choose(six, 416).head, "nanodet");
  EXPECT_EQ(choose(six, 416).classes, 80);
}

TEST(ChooseHead, NamesTheOutputAndItsShape) {
  EXPECT_EQ(choose(output({1, 84, 8400}), 640).why, "output0 is 1x84x8400");
}

// One shape, two readings: 4 + 80 values without objectness, or 5 + 79 with it.
TEST(ChooseHead, LetsTheNumberOfClassesDecideBetweenYoloxAndATransposedYolo) {
  EXPECT_EQ(choose(output({1, 8400, 84}), 640).head, "yolo");
  EXPECT_EQ(choose(output({1, 8400, 85}), 640).head, "yolox");
  EXPECT_EQ(choose(output({1, 8400, 12}), 640, labels(8)).head, "yolo");
  EXPECT_EQ(choose(output({1, 8400, 12}), 640, labels(7)).head, "yolox");
}

TEST(ChooseHead, SaysWhatThereIsAndWhatEachHeadWants) {
  const auto none = choose(output({1, 1000}), 224);
  EXPECT_EQ(none.head, "none");
  EXPECT_THAT(none.why, HasSubstr("output0 is 1x1000"));
  for (const auto* head : heads())
    EXPECT_THAT(none.why, HasSubstr(std::string(head->summary))) << head->name;
}

TEST(ChooseHead, RefusesALayoutThatCountsOtherClassesThanTheLabels) {
  // Segmentation: 80 classes and 32 mask coefficients.
  const auto masks = choose(output({1, 116, 8400}), 640, labels(80));
  EXPECT_EQ(masks.head, "none");
  EXPECT_EQ(masks.why,
            "the labels do not fit the model's outputs (output0 is 1x116x8400): read as yolo there "
            "are 112 classes, but 80 labels (from model metadata)");
  EXPECT_THAT(choose(output({1, 84, 8400}), 640, labels(3), "yolo").why,
              HasSubstr("output0 is 1x84x8400: read so, there are 80 classes, but 3 labels"));
}

TEST(ChooseHead, ANamedHeadIsTakenOrSaysWhyNot) {
  EXPECT_EQ(choose(output({1, 8400, 85}), 640, labels(81), "yolo").classes, 81);
  EXPECT_EQ(choose(output({1, 8400, 85}), 640, {}, "yolox").classes, 80);
  EXPECT_EQ(choose(output({1, 8400, 84}), 640, {}, "yolo").classes, 80);
  EXPECT_THAT(choose(output({1, 84, 8400}), 640, {}, "yolox").why,
              HasSubstr("head yolox does not fit: output0 is 1x84x8400"));
  EXPECT_THAT(choose(output({1, 84, 8400}), 640, {}, "yolo9000").why,
              HasSubstr("auto, yolo-e2e, yolox, yolo, nanodet"));
}

TEST(ChooseHead, ANamedHeadThatMissesCocosClassesNeedsTheLabels) {
  const auto doubtful = choose(output({1, 3549, 85}), 416, {}, "yolo");
  EXPECT_EQ(doubtful.head, "none");
  EXPECT_EQ(doubtful.why,
            "head yolo counts 81 classes (output0 is 1x3549x85), but head yolox counts COCO's 80: "
            "give --labels-file with 81 names, or take --head yolox");
  EXPECT_EQ(choose(output({1, 3549, 85}), 416, labels(81), "yolo").head, "yolo");
  EXPECT_THAT(choose(output({1, 8400, 84}), 640, {}, "yolox").why,
              HasSubstr("head yolox counts 79 classes (output0 is 1x8400x84), but head yolo"));
}

TEST(ChooseHead, ANamedHeadThatNobodyDoubtsNeedsNoLabels) {
  EXPECT_EQ(choose(output({1, 8400, 12}), 640, {}, "yolox").classes, 7);
  EXPECT_EQ(choose(output({1, 300, 6}), 640, {}, "yolo-e2e").head, "yolo-e2e");
}

}  // namespace
}  // namespace jetmeter
