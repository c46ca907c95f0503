// Crates, balls and bars on a tiled floor, seen from above in daylight.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "frames/random.h"
#include "frames/scene.h"
#include "frames/scene_paint.h"

namespace jetmeter {
namespace {

enum { kRedBox, kGreenDisc, kBlueBar };
constexpr std::array<std::string_view, 3> kLabels{"red-box", "green-disc", "blue-bar"};
// The zoo's scene-rgb model has weights made for these.
constexpr std::array<Color, 3> kColors{Color{44, 48, 212}, Color{78, 178, 46}, Color{214, 112, 40}};

Actor make_actor(int class_id, Random& random) {
  if (class_id == kBlueBar) {
    return {class_id, random.between(62, 80), random.between(24, 30)};
  }
  const float side = random.between(36, 54);
  if (class_id == kGreenDisc) return {class_id, side, side};
  return {class_id, side, side * random.between(0.85F, 1.15F)};
}

// Two classes share one lane, the third has the other: objects of one class never stand in
// different lanes, where they could come close.
std::vector<std::vector<Actor>> cast(Random& random) {
  std::array<int, 3> classes{kRedBox, kGreenDisc, kBlueBar};
  for (int i = 2; i > 0; --i) {
    std::swap(classes[static_cast<std::size_t>(i)],
              classes[static_cast<std::size_t>(random.below(i + 1))]);
  }
  std::vector<std::vector<Actor>> lanes(2);
  lanes[0] = {make_actor(classes[0], random), make_actor(classes[1], random)};
  if (random.below(3) != 0) lanes[0].push_back(make_actor(classes[0], random));
  lanes[1] = {make_actor(classes[2], random)};
  if (random.below(3) != 0) lanes[1].push_back(make_actor(classes[2], random));
  if (random.below(2) != 0) std::swap(lanes[0], lanes[1]);
  return lanes;
}

void paint_background(Frame& frame, float unit, std::uint32_t seed) {
  const float tile = 40 * unit;
  const Box whole{0, 0, static_cast<float>(frame.width), static_cast<float>(frame.height)};
  for_each_pixel(frame, whole, 0, [&](std::uint8_t* pixel, float x, float y) {
    const float rx = x / whole.x2 - 0.42F, ry = y / whole.y2 - 0.36F;
    float light = 168 - 95 * (rx * rx + ry * ry);
    const float column = std::floor(x / tile), row = std::floor(y / tile);
    light += 9 * relief(column * 7.3F, row * 5.1F, 1, seed);               // each tile its own grey
    light += 16 * relief(x / (11 * unit), y / (11 * unit), 4, seed + 17);  // stains and grain
    const float seam = std::min({x - column * tile, y - row * tile, tile});
    if (seam < 0.7F * unit) {
      light -= 34;
    } else if (seam < 1.5F * unit) {
      light += 9;
    }
    blend(pixel, {light * 1.03F, light, light * 0.97F}, 1);
  });
}

float distance(float x, float y, const Truth& object, float unit) {
  const Box& box = object.box;
  const float width = box.x2 - box.x1, height = box.y2 - box.y1;
  if (object.class_id == kGreenDisc) {
    return circle_distance(x, y, box.x1 + width / 2, box.y1 + height / 2, width / 2);
  }
  const float radius = object.class_id == kBlueBar ? height / 2 : 3 * unit;
  return rounded_box_distance(x, y, box, radius);
}

// A part of the object where nothing that lies below can be seen.
Box inner_box(const Truth& object, float unit) {
  const Box& box = object.box;
  const float height = box.y2 - box.y1;
  float x = 2 * unit, y = 2 * unit;
  if (object.class_id == kGreenDisc) x = y = 0.16F * height;
  if (object.class_id == kBlueBar) x = height / 2;
  return {box.x1 + x, box.y1 + y, box.x2 - x, box.y2 - y};
}

void paint_shadow(Frame& frame, const Truth& object, float unit) {
  Truth shadow = object;
  shadow.box = {object.box.x1 + 3 * unit, object.box.y1 + 4 * unit, object.box.x2 + 3 * unit,
                object.box.y2 + 4 * unit};
  const float softness = 5 * unit;
  const Box hidden = inner_box(object, unit);
  for_each_pixel(frame, shadow.box, softness / 2, [&](std::uint8_t* pixel, float x, float y) {
    if (x > hidden.x1 && x < hidden.x2 && y > hidden.y1 && y < hidden.y2) return;
    const float cover = coverage(distance(x, y, shadow, unit), softness);
    if (cover > 0) blend(pixel, {34, 28, 24}, 0.5F * cover);
  });
}

// Light comes from the upper left; u and v run from -1 to 1 across the object, `inside` is the
// distance from its edge in units.
float brightness(int class_id, float u, float v, float inside) {
  const float rim = inside < 1.2F ? 0.80F : 1.0F;
  if (class_id == kGreenDisc) {
    const float away = (u + 0.35F) * (u + 0.35F) + (v + 0.4F) * (v + 0.4F);
    return rim * (1.16F - 0.17F * away);
  }
  if (class_id == kBlueBar) return rim * (1.08F - 0.22F * (v + 0.35F) * (v + 0.35F));
  // A crate: frame, then a lid of boards.
  const float light = 1.02F - 0.06F * (u + v);
  if (inside < 5) return rim * light * 1.06F;
  if (inside < 6) return light * 0.80F;
  const float boards = 3 * (u + 1);
  const float across = boards - static_cast<float>(static_cast<int>(boards));
  return light * (across < 0.06F || across > 0.94F ? 0.86F : 0.97F);
}

// A small reflection, away from the middle row and column.
float gloss(int class_id, float u, float v) {
  if (class_id == kGreenDisc) {
    return 0.6F * coverage(circle_distance(u, v, -0.38F, -0.42F, 0.13F), 0.2F);
  }
  if (class_id == kBlueBar) {
    return 0.35F * coverage(rounded_box_distance(u, v, {-0.78F, -0.62F, 0.3F, -0.42F}, 0.1F), 0.2F);
  }
  return 0;
}

void paint_object(Frame& frame, const Truth& object, float unit) {
  const Box& box = object.box;
  const float per_width = 2 / (box.x2 - box.x1), per_height = 2 / (box.y2 - box.y1);
  const Color& base = kColors[static_cast<std::size_t>(object.class_id)];
  for_each_pixel(frame, box, 1, [&](std::uint8_t* pixel, float x, float y) {
    const float d = distance(x, y, object, unit);
    const float cover = coverage(d, 1);
    if (cover <= 0) return;
    const float u = (x - box.x1) * per_width - 1, v = (y - box.y1) * per_height - 1;
    const float light = brightness(object.class_id, u, v, -d / unit);
    const float white = gloss(object.class_id, u, v);
    Color color;
    for (std::size_t c = 0; c < 3; ++c) {
      color[c] = std::min(255.0F, base[c] * light) * (1 - white) + 255 * white;
    }
    blend(pixel, color, cover);
  });
}

}  // namespace

extern const SceneStyle rgb_scene{.name = "rgb",
                                  .labels = kLabels,
                                  .width = 640,
                                  .height = 480,
                                  .fps = 30,
                                  .units_high = 180,
                                  .stage_top = 0,
                                  .noise = 4,
                                  .grey = false,
                                  .cast = cast,
                                  .paint_background = paint_background,
                                  .paint_under = paint_shadow,
                                  .paint_object = paint_object};

}  // namespace jetmeter
