#include "run/overlays.h"

#include <gmock/gmock.h>

#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using Positions = std::vector<std::int64_t>;

TEST(Spread, CoversTheRunFromItsFirstFrameToItsLast) {
  EXPECT_EQ(spread(4, 100), (Positions{0, 33, 66, 99}));
  EXPECT_EQ(spread(1, 100), (Positions{0}));
  EXPECT_EQ(spread(5, 3), (Positions{0, 1, 2}));
  EXPECT_TRUE(spread(0, 3).empty());
}

TEST(OverlayName, IsTheStemUnlessAnotherPictureHasIt) {
  std::set<std::string> taken;
  const auto next = [&](const std::string& id) {
    return *taken.insert(overlay_name("rgb", id, taken)).first;
  };
  EXPECT_EQ(next("a.jpeg"), "rgb_a.jpg");
  EXPECT_EQ(next("a.jpg"), "rgb_a.jpg.jpg");
  EXPECT_EQ(next("a.png"), "rgb_a.png.jpg");
  EXPECT_EQ(next("a.png"), "rgb_a.png_2.jpg");
  EXPECT_EQ(next("frame_000012"), "rgb_frame_000012.jpg");
  EXPECT_EQ(taken.size(), 5U);
}

class Overlays : public testing::Test {
 protected:
  TempDir place_;
  RunDir dir_ = RunDir::create(place_.path() / "run").value();
  OverlayJob job_{"rgb", "synthetic=rgb", {"red-box"}, {{0, {}}, {4, {}}}};
};

TEST_F(Overlays, AreWrittenForEveryFrameThatIsAskedFor) {
  EXPECT_EQ(write_overlays(job_, dir_).value(), 2);
  for (const auto* name : {"rgb_frame_000000.jpg", "rgb_frame_000004.jpg"})
    EXPECT_GT(std::filesystem::file_size(dir_.path() / "overlays" / name), 0U) << name;
  EXPECT_TRUE(dir_.failures().empty());
}

TEST_F(Overlays, ThatCannotBeWrittenCountAsAFailureWithItsCause) {
  std::filesystem::create_directories(dir_.path() / "overlays/rgb_frame_000000.jpg");
  const auto written = write_overlays(job_, dir_);
  ASSERT_FALSE(written);
  ASSERT_EQ(dir_.failures().size(), 1U);
  EXPECT_EQ(written.error().what, dir_.failures()[0].what);
  EXPECT_THAT(written.error().what,
              testing::EndsWith("rgb_frame_000000.jpg' could not be written whole: "
                                "Is a directory"));
}

}  // namespace
}  // namespace jetmeter
