// Generated scenes: a style says what things look like, the scene puts them on a frame. The same
// options and index give the same pixels.
#pragma once

#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "frames/scene_motion.h"
#include "jetmeter/core.h"
#include "jetmeter/frames.h"

namespace jetmeter {

class Random;

// Lengths of the styles are in units: a 320th of the frame's width, less in frames that would
// otherwise have less than `units_high` of them. A detector with a 320x320 input thus sees one
// unit as one pixel.
struct SceneStyle {
  std::string_view name;                     // "rgb"
  std::span<const std::string_view> labels;  // by class id
  int width, height;                         // pixels, unless asked otherwise
  double fps;
  float units_high;
  float stage_top;  // objects stay below this part of the height
  float noise;      // deviation of the sensor's noise, grey levels
  bool grey;        // noise is the same in the three channels
  // Actors of the upper and the lower lane, in units.
  std::vector<std::vector<Actor>> (*cast)(Random&);
  void (*paint_background)(Frame&, float unit, std::uint32_t seed);
  // All shadows and the like first, then all objects.
  void (*paint_under)(Frame&, const Truth&, float unit);
  void (*paint_object)(Frame&, const Truth&, float unit);
};

extern const SceneStyle rgb_scene;
extern const SceneStyle thermal_scene;
std::span<const SceneStyle* const> scene_styles();

struct SceneOptions {
  const SceneStyle* style = nullptr;
  int width = 0, height = 0;
  double fps = 0;
  std::uint64_t seed = 1;
  std::optional<std::int64_t> frames;  // absent: no end
};
// "", "rgb", "thermal:640x512@9#7:300": a scene, then in any order :WIDTHxHEIGHT, @FPS, #SEED and
// :FRAMES.
Result<SceneOptions> parse_scene(const std::string& location);

class Scene {
 public:
  explicit Scene(const SceneOptions&);
  // Fills pixels, size and truth.
  void draw(std::int64_t index, Frame&) const;

 private:
  void add_noise(std::int64_t index, Frame&) const;

  SceneOptions options_;
  float unit_;
  std::vector<Road> roads_;
  Frame background_;
  cv::Mat brighter_, darker_;  // noise to add and to subtract, larger than a frame
};

}  // namespace jetmeter
