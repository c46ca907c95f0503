#include "frames/scene.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "frames/test_media.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

Scene make_scene(const std::string& location) {
  return Scene(parse_scene(location).value());
}

TEST(ParseScene, Defaults) {
  const auto rgb = parse_scene("").value();
  EXPECT_EQ(rgb.style->name, "rgb");
  EXPECT_EQ(rgb.width, 640);
  EXPECT_EQ(rgb.height, 480);
  EXPECT_DOUBLE_EQ(rgb.fps, 30);
  EXPECT_FALSE(rgb.frames);
  const auto thermal = parse_scene("thermal").value();
  EXPECT_EQ(thermal.height, 512);
  EXPECT_DOUBLE_EQ(thermal.fps, 9);
}

TEST(ParseScene, PartsInAnyOrder) {
  for (const char* text : {"thermal:1280x720@12.5#7:300", "thermal#7:300@12.5:1280x720"}) {
    const auto scene = parse_scene(text).value();
    EXPECT_EQ(scene.style->name, "thermal");
    EXPECT_EQ(scene.width, 1280);
    EXPECT_EQ(scene.height, 720);
    EXPECT_DOUBLE_EQ(scene.fps, 12.5);
    EXPECT_EQ(scene.seed, 7U);
    EXPECT_EQ(scene.frames, 300);
  }
  EXPECT_EQ(parse_scene("@60").value().style->name, "rgb");
}

TEST(ParseScene, WhatCannotBeUsedIsNamed) {
  EXPECT_THAT(parse_scene("infrared").error().what, HasSubstr("no generated scene 'infrared'"));
  for (const char* text : {"rgb:640x", "rgb:8x8", "rgb:99999x480", "rgb@0", "rgb@-3", "rgb@nan",
                           "rgb#", "rgb#-1", "rgb:0", "rgb:-5", "rgb:", "rgb@30fps"}) {
    const auto scene = parse_scene(text);
    ASSERT_FALSE(scene) << text;
    EXPECT_THAT(scene.error().what, HasSubstr("WIDTHxHEIGHT")) << text;
  }
}

TEST(Scene, AFrameDependsOnNothingButSceneSeedAndIndex) {
  const auto forwards = open_or_fail("synthetic=rgb#5");
  Frame walked, jumped;
  for (int i = 0; i <= 40; ++i) ASSERT_TRUE(forwards->next(walked).value());
  const auto fresh = open_or_fail("synthetic=rgb#5");
  fresh->skip(40);
  ASSERT_TRUE(fresh->next(jumped).value());
  EXPECT_EQ(jumped.index, 40);
  EXPECT_EQ(walked.pixels, jumped.pixels);
  ASSERT_EQ(walked.truth.size(), jumped.truth.size());
  EXPECT_EQ(walked.truth[0].box.x1, jumped.truth[0].box.x1);
}

TEST(Scene, SeedsDiffer) {
  Frame a, b;
  make_scene("rgb#1").draw(0, a);
  make_scene("rgb#2").draw(0, b);
  EXPECT_NE(a.pixels, b.pixels);
}

TEST(Scene, StreamsOfTwoRatesShowTheSameMoment) {
  Frame slow, fast;
  make_scene("rgb@10").draw(9, slow);
  make_scene("rgb@30").draw(27, fast);
  ASSERT_EQ(slow.truth.size(), fast.truth.size());
  for (std::size_t i = 0; i < slow.truth.size(); ++i) {
    EXPECT_NEAR(slow.truth[i].box.x1, fast.truth[i].box.x1, 1e-3);
    EXPECT_NEAR(slow.truth[i].box.y1, fast.truth[i].box.y1, 1e-3);
  }
}

TEST(Scene, ThermalFramesAreGrey) {
  Frame frame;
  make_scene("thermal").draw(3, frame);
  for (std::size_t i = 0; i < frame.pixels.size(); i += 3) {
    ASSERT_EQ(frame.pixels[i], frame.pixels[i + 1]);
    ASSERT_EQ(frame.pixels[i], frame.pixels[i + 2]);
  }
}

float distance(float low1, float high1, float low2, float high2) {
  return std::max({0.0F, low2 - high1, low1 - high2});
}

// What the zoo's detectors rely on: objects lie inside the frame, apart from each other, and two
// of one class are far apart. Units are 2 pixels in these sizes.
class SceneLayout : public testing::TestWithParam<const char*> {};

TEST_P(SceneLayout, ObjectsKeepApartAndMoveSmoothly) {
  for (int seed = 0; seed < 12; ++seed) {
    const auto options = parse_scene(std::string(GetParam()) + "#" + std::to_string(seed)).value();
    const auto source =
        open_or_fail("synthetic=" + std::string(GetParam()) + "@30#" + std::to_string(seed));
    std::vector<Truth> before;
    Frame frame;
    for (int i = 0; i < 40; ++i) {
      ASSERT_TRUE(source->next(frame).value());
      const auto& objects = frame.truth;
      ASSERT_GE(objects.size(), 2U);
      ASSERT_LE(objects.size(), 5U);
      for (std::size_t a = 0; a < objects.size(); ++a) {
        const Box& box = objects[a].box;
        ASSERT_GE(std::min(box.x1, box.y1), 0);
        ASSERT_LE(box.x2, static_cast<float>(options.width));
        ASSERT_LE(box.y2, static_cast<float>(options.height));
        for (std::size_t b = 0; b < a; ++b) {
          const Box& other = objects[b].box;
          const float dx = distance(box.x1, box.x2, other.x1, other.x2);
          const float dy = distance(box.y1, box.y2, other.y1, other.y2);
          const bool same = objects[a].class_id == objects[b].class_id;
          ASSERT_GE(std::max(dx, dy), same ? 107 : 35) << "seed " << seed << " frame " << i;
        }
        if (!before.empty()) {
          ASSERT_LT(std::abs(box.x1 - before[a].box.x1), 4);
          ASSERT_LT(std::abs(box.y1 - before[a].box.y1), 6);
        }
      }
      before = objects;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Scenes, SceneLayout, testing::Values("rgb:640x480", "thermal:640x512"));

// The smallest box around the pixels of an object's own kind near its truth.
Box visible(const Frame& frame, const Truth& object, bool (*own)(const std::uint8_t*)) {
  Box seen{1e9F, 1e9F, -1, -1};
  const int border = 12;
  const auto begin_x = std::max(0, static_cast<int>(object.box.x1) - border);
  const auto end_x = std::min(frame.width, static_cast<int>(object.box.x2) + border);
  const auto begin_y = std::max(0, static_cast<int>(object.box.y1) - border);
  const auto end_y = std::min(frame.height, static_cast<int>(object.box.y2) + border);
  for (int y = begin_y; y < end_y; ++y) {
    for (int x = begin_x; x < end_x; ++x) {
      if (!own(&frame.pixels[static_cast<std::size_t>((y * frame.width + x) * 3)])) continue;
      seen.x1 = std::min(seen.x1, static_cast<float>(x));
      seen.y1 = std::min(seen.y1, static_cast<float>(y));
      seen.x2 = std::max(seen.x2, static_cast<float>(x) + 1);
      seen.y2 = std::max(seen.y2, static_cast<float>(y) + 1);
    }
  }
  return seen;
}

void expect_near(const Box& seen, const Box& truth) {
  EXPECT_NEAR(seen.x1, truth.x1, 2.5F);
  EXPECT_NEAR(seen.y1, truth.y1, 2.5F);
  EXPECT_NEAR(seen.x2, truth.x2, 2.5F);
  EXPECT_NEAR(seen.y2, truth.y2, 2.5F);
}

TEST(Scene, TruthIsWhereTheColouredPixelsAre) {
  for (const char* text : {"rgb", "rgb#3", "rgb:1280x720#4"}) {
    Frame frame;
    make_scene(text).draw(77, frame);
    for (const Truth& object : frame.truth) {
      SCOPED_TRACE(text + std::string(" class ") + std::to_string(object.class_id));
      using Own = bool (*)(const std::uint8_t*);
      static constexpr std::array<Own, 3> kOwn{
          [](const std::uint8_t* p) { return p[2] > p[1] + 60 && p[2] > p[0] + 60; },
          [](const std::uint8_t* p) { return p[1] > p[2] + 40 && p[1] > p[0] + 40; },
          [](const std::uint8_t* p) { return p[0] > p[2] + 60 && p[0] > p[1] + 40; }};
      expect_near(visible(frame, object, kOwn.at(static_cast<std::size_t>(object.class_id))),
                  object.box);
    }
  }
}

TEST(Scene, TruthIsWhereTheWarmPixelsAre) {
  Frame frame;
  make_scene("thermal#2").draw(31, frame);
  for (const Truth& object : frame.truth) {
    SCOPED_TRACE(object.class_id);
    expect_near(visible(frame, object, [](const std::uint8_t* p) { return p[0] > 128; }),
                object.box);
  }
}

// Nothing but objects may look like one: neither is warm, nor as grey as a letterbox's border.
TEST(Scene, ThermalSurroundingsAreCool) {
  Frame frame;
  make_scene("thermal#6").draw(0, frame);
  for (int y = 0; y < frame.height; ++y) {
    for (int x = 0; x < frame.width; ++x) {
      const bool near_object = std::ranges::any_of(frame.truth, [&](const Truth& object) {
        const auto fx = static_cast<float>(x), fy = static_cast<float>(y);
        return fx > object.box.x1 - 10 && fx < object.box.x2 + 10 && fy > object.box.y1 - 10 &&
               fy < object.box.y2 + 10;
      });
      if (near_object) continue;
      ASSERT_LT(frame.pixels[static_cast<std::size_t>((y * frame.width + x) * 3)], 122);
    }
  }
}

TEST(Synthetic, EndsWhereAskedTo) {
  const auto source = open_or_fail("synthetic=rgb:64x64:3");
  EXPECT_EQ(source->info().frames, 3);
  EXPECT_EQ(ids(*source).size(), 3U);
  const auto endless = open_or_fail("synthetic");
  EXPECT_FALSE(endless->info().frames);
  EXPECT_EQ(endless->info().labels.size(), 3U);
}

}  // namespace
}  // namespace jetmeter
