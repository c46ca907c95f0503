#include "support/real_data.h"

#include <gmock/gmock.h>

#include "frames/test_media.h"

namespace jetmeter {
namespace {

class RealVideo : public testing::TestWithParam<const char*> {};

TEST_P(RealVideo, IsReadToItsEnd) {
  const auto path = real_data("videos") / GetParam();
  JM_SKIP_WITHOUT(path);
  const auto source = open_or_fail(path);
  ASSERT_NE(source, nullptr);
  ASSERT_TRUE(source->info().frames && source->info().fps);
  // Grabbing decodes; only what is delivered is converted.
  source->skip(*source->info().frames / 2);
  Frame frame;
  ASSERT_TRUE(source->next(frame).value());
  EXPECT_EQ(frame.width, source->info().width);
  source->skip(*source->info().frames);
  EXPECT_TRUE(source->bad().empty()) << source->bad()[0].reason;
}

INSTANTIATE_TEST_SUITE_P(Videos, RealVideo,
                         testing::Values("01_dog.mp4", "19_cyclist.mp4", "bedroom.mp4"));

TEST(RealVideoCutOff, GoodFramesAreUsed) {
  const auto path = real_data("videos/01_dog.mp4");
  JM_SKIP_WITHOUT(path);
  const MediaDir dir;
  const std::string whole = read_bytes(path);
  const auto copy = dir.write("cut.mp4", whole.substr(0, whole.size() * 6 / 10));
  testing::internal::CaptureStderr();
  const auto source = open_source(copy);
  if (source) {  // the index stands in front
    (*source)->skip(1'000'000);
    ASSERT_EQ((*source)->bad().size(), 1U);
    EXPECT_THAT((*source)->bad()[0].reason, testing::HasSubstr("decoding stopped after"));
  } else {
    EXPECT_THAT(source.error().what, testing::HasSubstr("index is missing"));
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(RealImages, PairsOfInfraredAndVisible) {
  const auto path = real_data("images/thermal_pairs");
  JM_SKIP_WITHOUT(path);
  const auto infrared = open_or_fail(path / "ir"), visible = open_or_fail(path / "visible");
  ASSERT_TRUE(infrared != nullptr && visible != nullptr);
  const auto pairing = pair_frames(infrared->info(), visible->info(), {});
  EXPECT_EQ(pairing.rule, "by file name");
  EXPECT_EQ(pairing.pairs.size(), 10U);
}

TEST(RealImages, PhotographsAreWhole) {
  const auto path = real_data("images/voc50/images");
  JM_SKIP_WITHOUT(path);
  const auto source = open_or_fail(path);
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(ids(*source).size(), 50U);
  EXPECT_TRUE(source->bad().empty());
}

}  // namespace
}  // namespace jetmeter
