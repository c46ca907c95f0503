#include "run/truth_use.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::HasSubstr;

GroundTruth truth_of(const std::string& format) {
  GroundTruth truth;
  truth.format = format;
  truth.images["bus"];
  truth.images["car"];
  return truth;
}

SourceInfo source_of(const std::string& kind, std::vector<std::string> names) {
  SourceInfo source;
  source.kind = kind;
  source.names = std::move(names);
  return source;
}

TEST(UnlabelledIsBackground, InAYoloDirectoryThatFitsThePictures) {
  const auto pictures = source_of("image_dir", {"a.jpg", "bus.jpg"});
  EXPECT_TRUE(unlabelled_is_background(truth_of("yolo"), pictures));
  EXPECT_FALSE(unlabelled_is_background(truth_of("coco"), pictures));
  EXPECT_FALSE(unlabelled_is_background(truth_of("yolo"), source_of("image_dir", {"a.jpg"})));
  EXPECT_FALSE(unlabelled_is_background(truth_of("yolo"), source_of("video", {})));
}

TEST(TruthWarning, IsSilentWhereEveryFrameHasLabels) {
  EXPECT_FALSE(truth_warning({.labelled = 3}, truth_of("yolo"), "rgb"));
  EXPECT_FALSE(truth_warning({}, truth_of("yolo"), "rgb")) << "nothing was measured";
}

TEST(TruthWarning, NamesALabelAndAFrameWhereNoneFits) {
  const auto warning =
      truth_warning({.unlabelled = 7, .first_unlabelled = "a.jpg"}, truth_of("yolo"), "rgb");
  ASSERT_TRUE(warning);
  EXPECT_EQ(warning->code, "ground_truth_unmatched");
  EXPECT_EQ(warning->slot, "rgb");
  EXPECT_EQ(warning->message,
            "none of the 2 labelled pictures ('bus') is among the 7 frames ('a.jpg')");
}

TEST(TruthWarning, SaysWhatBecomesOfFramesWithoutLabels) {
  TruthUse use{.labelled = 8, .unlabelled = 2, .first_unlabelled = "a.jpg", .background = true};
  EXPECT_THAT(truth_warning(use, truth_of("yolo"), "rgb")->message,
              AllOf(HasSubstr("2 of 10 frames, first 'a.jpg',"),
                    HasSubstr("count as pictures without objects")));
  use.background = false;
  EXPECT_THAT(truth_warning(use, truth_of("coco"), "rgb")->message,
              HasSubstr("left out of the accuracy"));
}

}  // namespace
}  // namespace jetmeter
