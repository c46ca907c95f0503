#include "pipelines/letterbox.h"

#include <gmock/gmock.h>

namespace jetmeter {

void PrintTo(const Size& size, std::ostream* out) {
  *out << size.width << "x" << size.height;
}

namespace {

constexpr Size kInput{640, 640};

struct Case {
  Size image;
  Size scaled;
  int left, top;
  double pad_x, pad_y;
};

class Letterbox : public testing::TestWithParam<Case> {};

TEST_P(Letterbox, PlacesTheFrameAsUltralyticsDoes) {
  const auto& c = GetParam();
  const auto placed = place(Fit::letterbox, c.image, kInput);
  EXPECT_EQ(placed.scaled, c.scaled);
  EXPECT_EQ(placed.left, c.left);
  EXPECT_EQ(placed.top, c.top);
  EXPECT_EQ(placed.pad_x, c.pad_x);
  EXPECT_EQ(placed.pad_y, c.pad_y);
}

INSTANTIATE_TEST_SUITE_P(HandComputed, Letterbox,
                         testing::Values(Case{{1920, 1080}, {640, 360}, 0, 140, 0, 140},
                                         Case{{810, 1080}, {480, 640}, 80, 0, 80, 0},
                                         Case{{640, 640}, {640, 640}, 0, 0, 0, 0},
                                         // 106.5 rows above and below: the odd row goes below.
                                         Case{{640, 427}, {640, 427}, 0, 106, 0, 106},
                                         Case{{427, 640}, {427, 640}, 106, 0, 106, 0},
                                         // 1.5 and 2.5 rows both become 2.
                                         Case{{1280, 3}, {640, 2}, 0, 319, 0, 319},
                                         Case{{1280, 5}, {640, 2}, 0, 319, 0, 319},
                                         // 0.64 rows become 1, but the way back counts with 0.64.
                                         Case{{1000, 1}, {640, 1}, 0, 319, 0, 320},
                                         Case{{1, 1}, {640, 640}, 0, 0, 0, 0},
                                         // 0.064 rows would be none.
                                         Case{{10000, 1}, {640, 1}, 0, 319, 0, 320}));

TEST(LetterboxTopLeft, RoundsAndPadsRightAndBelow) {
  const auto placed = place(Fit::letterbox_top_left, {499, 333}, {416, 416});
  EXPECT_EQ(placed.scaled, (Size{416, 278}));  // 277.6
  EXPECT_EQ(placed.left, 0);
  EXPECT_EQ(placed.top, 0);
  EXPECT_DOUBLE_EQ(placed.gain_y, 416.0 / 499.0);
}

TEST(Stretch, HasAGainOfItsOwnPerAxis) {
  const auto placed = place(Fit::stretch, {832, 208}, {416, 416});
  EXPECT_EQ(placed.scaled, (Size{416, 416}));
  EXPECT_DOUBLE_EQ(placed.gain_x, 0.5);
  EXPECT_DOUBLE_EQ(placed.gain_y, 2.0);
}

void expect_box(const Box& got, const Box& want) {
  EXPECT_NEAR(got.x1, want.x1, 1e-3);
  EXPECT_NEAR(got.y1, want.y1, 1e-3);
  EXPECT_NEAR(got.x2, want.x2, 1e-3);
  EXPECT_NEAR(got.y2, want.y2, 1e-3);
}

TEST(ToImage, TakesOffThePadAndThenTheGain) {
  const Size image{1920, 1080};
  const auto placed = place(Fit::letterbox, image, kInput);
  expect_box(to_image({100, 200, 300, 400}, placed, image), {300, 180, 900, 780});
}

TEST(ToImage, CutsBoxesOffAtTheEdgesOfTheImage) {
  const Size image{1920, 1080};
  const auto placed = place(Fit::letterbox, image, kInput);
  expect_box(to_image({-5, 100, 700, 639}, placed, image), {0, 0, 1920, 1080});
}

TEST(ToImage, OfAStretchedFrameUsesBothGains) {
  const Size image{832, 208};
  const auto placed = place(Fit::stretch, image, {416, 416});
  expect_box(to_image({10, 20, 30, 40}, placed, image), {20, 10, 60, 20});
}

}  // namespace
}  // namespace jetmeter
