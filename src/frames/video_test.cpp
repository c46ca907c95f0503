#include <gmock/gmock.h>

#include "frames/fake_capture.h"
#include "frames/test_media.h"
#include "frames/video_source.h"

namespace jetmeter {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Video, SizeRateCountAndTimes) {
  const MediaDir dir;
  const auto source = open_or_fail(write_video(dir, "clip.avi", 20, 25, {160, 120}));
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->info().kind, "video");
  EXPECT_EQ(source->info().width, 160);
  EXPECT_EQ(source->info().height, 120);
  EXPECT_DOUBLE_EQ(source->info().fps.value(), 25);
  EXPECT_EQ(source->info().frames, 20);
  EXPECT_FALSE(source->info().live);
  Frame frame;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(source->next(frame).value()) << i;
    EXPECT_EQ(frame.index, i);
    EXPECT_EQ(frame.timestamp, 40ms * i);
    EXPECT_NEAR(frame.pixels[100], 20 + 2 * i, 3);
  }
  EXPECT_EQ(frame.id, "frame_000019");
  EXPECT_FALSE(source->next(frame).value());
  EXPECT_FALSE(source->next(frame).value());
  EXPECT_TRUE(source->bad().empty());
}

TEST(Video, SkippedFramesCountInTheIndex) {
  const MediaDir dir;
  const auto source = open_or_fail(write_video(dir, "clip.avi", 20));
  ASSERT_NE(source, nullptr);
  Frame frame;
  source->skip(3);
  ASSERT_TRUE(source->next(frame).value());
  EXPECT_EQ(frame.index, 3);
  EXPECT_NEAR(frame.pixels[0], 26, 3);
  source->skip(5);
  ASSERT_TRUE(source->next(frame).value());
  EXPECT_EQ(frame.index, 9);
  EXPECT_NEAR(frame.pixels[0], 38, 3);
  source->skip(100);
  EXPECT_FALSE(source->next(frame).value());
  EXPECT_TRUE(source->bad().empty());
}

TEST(Video, FramesAreDecodedIntoTheSameMemory) {
  const MediaDir dir;
  const auto source = open_or_fail(write_video(dir, "clip.avi", 5));
  ASSERT_NE(source, nullptr);
  Frame frame;
  ASSERT_TRUE(source->next(frame).value());
  const auto* memory = frame.pixels.data();
  while (source->next(frame).value()) EXPECT_EQ(frame.pixels.data(), memory);
}

TEST(Video, ACutOffFileGivesItsGoodFramesAndSaysWhatIsMissing) {
  const MediaDir dir;
  const std::string path = write_video(dir, "clip.avi", 60);
  cut_off(path, 0.5);
  const auto source = open_or_fail(path);
  ASSERT_NE(source, nullptr);
  ASSERT_EQ(source->info().frames, 60);
  Frame frame;
  int good = 0;
  while (source->next(frame).value()) {
    EXPECT_NEAR(frame.pixels[0], 20 + 2 * good, 3);
    ++good;
  }
  EXPECT_GT(good, 10);
  EXPECT_LT(good, 40);
  ASSERT_EQ(source->bad().size(), 1U);
  EXPECT_EQ(source->bad()[0].name, "clip.avi");
  EXPECT_THAT(source->bad()[0].reason,
              HasSubstr("decoding stopped after " + std::to_string(good) + " of 60 frames"));
}

TEST(Video, ErrorsOfTheFileAreClearAndNothingIsPrinted) {
  const MediaDir dir;
  testing::internal::CaptureStderr();
  EXPECT_THAT(open_error("video=" + (dir / "none.mp4")), HasSubstr("there is no video"));
  EXPECT_THAT(open_error(dir.write("empty.mp4", "")), HasSubstr("is an empty file"));
  EXPECT_THAT(open_error(dir.write("text.mp4", "this is a text\n")),
              HasSubstr("it is a text file"));
  EXPECT_THAT(open_error("video=" + dir.path().string()), HasSubstr("image_dir="));
  // The beginning of an MP4 whose index, at the end, was never written.
  EXPECT_THAT(open_error(dir.write("cut.mp4", std::string("\0\0\0\x18"
                                                          "ftypisom\0\0\x02\0isomiso2",
                                                          24) +
                                                  std::string(1000, '\x7F'))),
              HasSubstr("index is missing"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Video, ADamagedFrameIsNotedAndKeepsItsPlace) {
  auto source = make_video_source(
      std::make_unique<FakeCapture>(std::vector{Shot::good, Shot::damaged, Shot::good}), "a.mp4");
  ASSERT_TRUE(source);
  Frame frame;
  ASSERT_TRUE((*source)->next(frame).value());
  ASSERT_TRUE((*source)->next(frame).value());
  EXPECT_EQ(frame.index, 2);
  EXPECT_FALSE((*source)->next(frame).value());
  ASSERT_EQ((*source)->bad().size(), 1U);
  EXPECT_EQ((*source)->bad()[0].name, "frame_000001");
  EXPECT_EQ(count_frames((*source)->bad()), 1);
}

TEST(Video, MissingFramesAreNotedOnceAlsoWhenTheyWereSkipped) {
  CaptureFormat format{.width = 4, .height = 2, .fps = 10, .frames = 120};
  auto source = make_video_source(
      std::make_unique<FakeCapture>(std::vector(37, Shot::good), format), "clips/a.mp4");
  ASSERT_TRUE(source);
  (*source)->skip(200);
  Frame frame;
  EXPECT_FALSE((*source)->next(frame).value());
  ASSERT_EQ((*source)->bad().size(), 1U);
  EXPECT_EQ((*source)->bad()[0].name, "a.mp4");
  EXPECT_THAT((*source)->bad()[0].reason,
              HasSubstr("after 37 of 120 frames: the last 83 are missing"));
  EXPECT_EQ((*source)->bad()[0].frames, 83);
  EXPECT_EQ(count_frames((*source)->bad()), 83);
}

TEST(Video, ContainersMayCountTwoFramesTooMany) {
  for (const auto& [announced, notes] : {std::pair{12, 0U}, {13, 1U}}) {
    CaptureFormat format{.width = 4, .height = 2, .fps = 10, .frames = announced};
    auto source = make_video_source(
        std::make_unique<FakeCapture>(std::vector(10, Shot::good), format), "a.mp4");
    ASSERT_TRUE(source);
    ids(**source);
    EXPECT_EQ((*source)->bad().size(), notes);
  }
}

TEST(Video, NoFrameAtAllIsAnError) {
  const auto source =
      make_video_source(std::make_unique<FakeCapture>(std::vector<Shot>{}), "a.mp4");
  ASSERT_FALSE(source);
  EXPECT_THAT(source.error().what, HasSubstr("no frame that can be decoded"));
}

TEST(Video, WithoutARateThereAreNoTimes) {
  auto source = make_video_source(std::make_unique<FakeCapture>(std::vector{Shot::good}), "a.mp4");
  ASSERT_TRUE(source);
  Frame frame;
  ASSERT_TRUE((*source)->next(frame).value());
  EXPECT_FALSE(frame.timestamp);
}

}  // namespace
}  // namespace jetmeter
