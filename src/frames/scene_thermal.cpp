// People and vehicles in front of cool buildings, as a long-wave infrared camera shows them: white
// is hot.
#include <algorithm>
#include <array>
#include <cmath>

#include "frames/random.h"
#include "frames/scene.h"
#include "frames/scene_paint.h"

namespace jetmeter {
namespace {

enum { kPerson, kVehicle };
constexpr std::array<std::string_view, 2> kLabels{"person", "vehicle"};
// Grey levels; the zoo's scene-thermal model has thresholds made for these. The surroundings stay
// below 108.
constexpr float kWarm = 168, kHot = 214;
constexpr float kBlur = 1.6F;  // of the optics, in units

std::vector<std::vector<Actor>> cast(Random& random) {
  std::vector<std::vector<Actor>> lanes(2);
  for (int i = 0, n = 1 + random.below(2); i < n; ++i) {
    const float width = random.between(50, 74);
    lanes[0].push_back({kVehicle, width, width * random.between(0.46F, 0.54F)});
  }
  for (int i = 0, n = 2 + random.below(2); i < n; ++i) {
    const float height = random.between(48, 64);
    lanes[1].push_back({kPerson, height * random.between(0.38F, 0.44F), height});
  }
  return lanes;
}

constexpr float kHorizon = 0.27F, kRoadEnd = 0.62F;  // parts of the height

// The grey level of the buildings at a point, negative where there is sky. Lengths in units.
float building(float x, float y, float horizon, std::uint32_t seed) {
  const float column = std::floor(x / 46);
  const float roof = horizon * (0.40F + 0.50F * relief(column * 3.7F, 0.5F, 1, seed + 5));
  if (y < roof) return -1;
  const float wall = 72 + 14 * relief(column * 5.9F, 2.5F, 1, seed + 6);
  const float wx = x - 46 * column, wy = y - roof;
  const bool window =
      wx > 6 && wx < 40 && std::fmod(wx - 6, 9.0F) < 5 && wy > 6 && std::fmod(wy - 6, 12.0F) < 6;
  const float lit = relief(std::floor((wx - 6) / 9) * 2.3F + column * 9,
                           std::floor((wy - 6) / 12) * 3.1F, 1, seed + 7);
  return window ? wall + (lit > 0.12F ? 20.0F : -16.0F) : wall;
}

// Asphalt with a cool dashed line, a kerb, and paving stones in front. `depth` is 0 at the
// horizon and 1 at the lower edge.
float ground(float x, float y, float depth, std::uint32_t seed) {
  const float grain = relief(x / 5, y / 5, 4, seed + 3);
  const float road = (kRoadEnd - kHorizon) / (1 - kHorizon);
  if (depth < road) {
    const float line = coverage(std::abs(depth / road - 0.5F) * 60 - 1.2F, 1);
    const bool dash = std::fmod(x, 36.0F) < 20;
    return 92 + 5 * grain - (dash ? 22 * line : 0);
  }
  if (depth < road + 0.025F) return 58;
  const float seam = std::min(std::fmod(x + 12 * std::floor(y / 12), 24.0F), std::fmod(y, 12.0F));
  return 70 + 12 * depth + 10 * grain - (seam < 1 ? 9.0F : 0.0F);
}

void paint_background(Frame& frame, float unit, std::uint32_t seed) {
  const Box whole{0, 0, static_cast<float>(frame.width), static_cast<float>(frame.height)};
  const float height = whole.y2 / unit, horizon = kHorizon * height;
  for_each_pixel(frame, whole, 0, [&](std::uint8_t* pixel, float px, float py) {
    const float x = px / unit, y = py / unit;
    float grey = 20 + 14 * y / horizon + 12 * relief(x / 60, y / 20, 3, seed);
    if (y >= horizon) {
      grey = ground(x, y, (y - horizon) / (height - horizon), seed);
    } else if (const float wall = building(x, y, horizon, seed); wall >= 0) {
      grey = wall + 6 * relief(x / 9, y / 9, 3, seed + 4);
    }
    grey += 2.5F * relief(px * 0.9F, 0.5F, 1, seed + 9);  // the sensor's columns differ a little
    blend(pixel, {grey, grey, grey}, 1);
  });
}

// Warmth that the object leaves on the ground below it.
void paint_glow(Frame& frame, const Truth& object, float unit) {
  const Box& box = object.box;
  const Box foot{box.x1, box.y2 - 2 * unit, box.x2, box.y2 + 2 * unit};
  for_each_pixel(frame, foot, 4 * unit, [&](std::uint8_t* pixel, float x, float y) {
    const float cover = coverage(rounded_box_distance(x, y, foot, 2 * unit), 8 * unit);
    if (cover > 0) blend(pixel, {104, 104, 104}, 0.6F * cover);
  });
}

float person_distance(float x, float y, const Box& box) {
  const float width = box.x2 - box.x1, height = box.y2 - box.y1;
  const float middle = box.x1 + width / 2;
  const float head = circle_distance(x, y, middle, box.y1 + 0.105F * height, 0.105F * height);
  const Box torso{box.x1, box.y1 + 0.19F * height, box.x2, box.y1 + 0.62F * height};
  const Box legs{middle - 0.41F * width, box.y1 + 0.4F * height, middle + 0.41F * width, box.y2};
  return std::min({head, rounded_box_distance(x, y, torso, 0.36F * width),
                   rounded_box_distance(x, y, legs, 0.16F * width)});
}

// u runs from -1 to 1 across the box, v from 0 at its top to 1.
float person_grey(float u, float v) {
  if (v < 0.21F) return kWarm + 16;  // the bare face
  const float arm = v < 0.6F && std::abs(u) > 0.66F && std::abs(u) < 0.76F ? 6.0F : 0.0F;
  if (v < 0.6F) return kWarm + 4 - 12 * u * u - arm;
  return kWarm - 10 - (std::abs(u) < 0.1F ? 8.0F : 0.0F);  // two legs
}

float vehicle_distance(float x, float y, const Box& box) {
  const float width = box.x2 - box.x1, height = box.y2 - box.y1;
  const Box hull{box.x1, box.y1 + 0.38F * height, box.x2, box.y2};
  const Box cabin{box.x1 + 0.18F * width, box.y1, box.x2 - 0.24F * width, box.y1 + 0.7F * height};
  return std::min(rounded_box_distance(x, y, hull, 0.22F * height),
                  rounded_box_distance(x, y, cabin, 0.26F * height));
}

float vehicle_grey(float u, float v) {
  for (const float wheel : {-0.6F, 0.6F}) {
    const float from = std::hypot((u - wheel) * 2, (v - 0.84F) * 1.1F);
    if (from < 0.36F) return from < 0.17F ? 255 : kHot - 8;
  }
  const float pane = std::abs(u + 0.06F);
  if (v > 0.11F && v < 0.37F && pane > 0.05F && pane < 0.44F) return kHot - 8;
  return kHot + 38 * coverage(std::hypot(u - 0.78F, v - 0.56F) - 0.16F, 0.5F);  // the engine
}

void paint_object(Frame& frame, const Truth& object, float unit) {
  const Box& box = object.box;
  const float per_width = 2 / (box.x2 - box.x1), per_height = 1 / (box.y2 - box.y1);
  const bool person = object.class_id == kPerson;
  const float softness = kBlur * unit;
  for_each_pixel(frame, box, softness, [&](std::uint8_t* pixel, float x, float y) {
    const float d = person ? person_distance(x, y, box) : vehicle_distance(x, y, box);
    const float cover = coverage(d, softness);
    if (cover <= 0) return;
    const float u = (x - box.x1) * per_width - 1, v = (y - box.y1) * per_height;
    const float grey = person ? person_grey(u, v) : vehicle_grey(u, v);
    blend(pixel, {grey, grey, grey}, cover);
  });
}

}  // namespace

// Nine frames a second is what cameras of this kind give when they may be exported freely.
extern const SceneStyle thermal_scene{.name = "thermal",
                                      .labels = kLabels,
                                      .width = 640,
                                      .height = 512,
                                      .fps = 9,
                                      .units_high = 240,
                                      .stage_top = 0.22F,
                                      .noise = 3,
                                      .grey = true,
                                      .cast = cast,
                                      .paint_background = paint_background,
                                      .paint_under = paint_glow,
                                      .paint_object = paint_object};

}  // namespace jetmeter
