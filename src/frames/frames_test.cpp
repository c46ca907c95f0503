// What every source promises, whatever its kind.
#include <gmock/gmock.h>

#include "frames/test_media.h"

namespace jetmeter {
namespace {

struct Material {
  const char* kind;
  std::string (*make)(const MediaDir&);  // of six frames
};

class EverySource : public testing::TestWithParam<Material> {
 protected:
  std::unique_ptr<FrameSource> open() const { return open_or_fail(text_); }

 private:
  MediaDir dir_;
  std::string text_ = GetParam().make(dir_);
};

TEST_P(EverySource, DescribesItself) {
  const auto source = open();
  ASSERT_NE(source, nullptr);
  EXPECT_EQ(source->info().kind, GetParam().kind);
  EXPECT_FALSE(source->info().location.empty());
  EXPECT_EQ(source->info().frames, 6);
  EXPECT_TRUE(source->bad().empty());
}

TEST_P(EverySource, DeliversWholeFramesInOrderAndThenEnds) {
  const auto source = open();
  ASSERT_NE(source, nullptr);
  Frame frame;
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(source->next(frame).value());
    EXPECT_EQ(frame.index, i);
    EXPECT_EQ(frame.width, source->info().width);
    EXPECT_EQ(frame.height, source->info().height);
    EXPECT_EQ(std::ssize(frame.pixels), std::ptrdiff_t{frame.width} * frame.height * 3);
    EXPECT_EQ(frame.timestamp.has_value(), source->info().fps.has_value());
    EXPECT_EQ(frame.truth.empty(), source->info().labels.empty());
  }
  EXPECT_FALSE(source->next(frame).value());
  EXPECT_FALSE(source->next(frame).value());
}

TEST_P(EverySource, IdsAreUnique) {
  const auto source = open();
  ASSERT_NE(source, nullptr);
  auto names = ids(*source);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::unique(names.begin(), names.end()), names.end());
}

TEST_P(EverySource, SkippedFramesCount) {
  const auto walker = open(), jumper = open();
  ASSERT_TRUE(walker != nullptr && jumper != nullptr);
  Frame walked, jumped;
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(walker->next(walked).value());
  jumper->skip(0);
  jumper->skip(-3);
  jumper->skip(4);
  ASSERT_TRUE(jumper->next(jumped).value());
  EXPECT_EQ(jumped.index, 4);
  EXPECT_EQ(jumped.id, walked.id);
  EXPECT_EQ(jumped.timestamp, walked.timestamp);
  EXPECT_EQ(jumped.pixels, walked.pixels);
  jumper->skip(1000);
  EXPECT_FALSE(jumper->next(jumped).value());
}

TEST_P(EverySource, AFrameOfAnotherSizeIsReplacedAsAWhole) {
  const auto source = open();
  ASSERT_NE(source, nullptr);
  Frame frame;
  frame.pixels.assign(5 * 5 * 3, 1);
  frame.width = frame.height = 5;
  frame.id = "old";
  frame.timestamp = std::chrono::hours(1);
  frame.truth.push_back({});
  ASSERT_TRUE(source->next(frame).value());
  EXPECT_EQ(frame.width, source->info().width);
  EXPECT_NE(frame.id, "old");
  EXPECT_NE(frame.timestamp, Nanoseconds(std::chrono::hours(1)));
  EXPECT_EQ(frame.truth.empty(), source->info().labels.empty());
}

std::string six_images(const MediaDir& dir) {
  for (int i = 0; i < 6; ++i) {
    write_image(dir, "image" + std::to_string(i) + ".png", {48, 32}, 40 + i);
  }
  return dir.path().string();
}

INSTANTIATE_TEST_SUITE_P(Kinds, EverySource,
                         testing::Values(Material{"image_dir", six_images},
                                         Material{"video",
                                                  [](const MediaDir& dir) {
                                                    return write_video(dir, "clip.avi", 6);
                                                  }},
                                         Material{"synthetic",
                                                  [](const MediaDir&) -> std::string {
                                                    return "synthetic=thermal:160x128:6";
                                                  }}),
                         [](const auto& instance) { return std::string(instance.param.kind); });

TEST(FrameSourceKinds, AreDescribedByTheirOwnName) {
  for (const FrameSourceKind* kind : frame_source_kinds()) {
    EXPECT_TRUE(kind->syntax.starts_with(kind->name)) << kind->name;
    EXPECT_FALSE(kind->summary.empty()) << kind->name;
    EXPECT_EQ(parse_source(std::string(kind->name) + "=x").value().kind, kind);
  }
}

}  // namespace
}  // namespace jetmeter
