// Finds the coloured objects of the generated scene `rgb`.
#include <array>

#include "jetmeter/zoo.h"
#include "zoo/scene_detector.h"

namespace jetmeter {
namespace {

struct Target {
  std::string_view label;
  std::array<float, 3> color;  // red, green, blue; 0 … 255
  std::size_t channel;         // the one that stands out
};
constexpr std::array<Target, 3> kTargets{{{"red-box", {212, 48, 44}, 0},
                                          {"green-disc", {46, 178, 78}, 1},
                                          {"blue-bar", {40, 112, 214}, 2}}};

// How much one channel stands out from the mean of the others: 0 for every grey, also that of a
// letterbox. Below a quarter of the target's own value a cell does not belong to it, above three
// quarters all of it does; at an edge the middle lies where half of the cell is covered.
LinearUnit matched(const Target& target) {
  std::array<float, 3> direction{-0.5F, -0.5F, -0.5F};
  direction[target.channel] = 1;
  float own = 0;
  for (std::size_t c = 0; c < 3; ++c) own += direction[c] * target.color[c] / 255;
  const float gain = 2 / own;
  return {gain * direction[0], gain * direction[1], gain * direction[2], -0.5F};
}

ModelGraph build(const ZooSettings&) {
  GraphBuilder graph("scene-rgb");
  const auto cells = scene_cells(graph);
  std::vector<LinearUnit> units;
  std::vector<std::string_view> labels;
  for (const Target& target : kTargets) {
    units.push_back(matched(target));
    labels.push_back(target.label);
  }
  finish_scene_detector(graph, linear_units(graph, "masks", cells, units), labels);
  return graph.take();
}

constexpr ZooModel kModels[] = {{.name = "scene-rgb",
                                 .summary = "detector for the generated scene rgb",
                                 .build = build,
                                 .seeded = false}};

}  // namespace

extern const ZooFamily scene_rgb_zoo{kModels};

}  // namespace jetmeter
