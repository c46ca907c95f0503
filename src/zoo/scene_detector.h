// The part that the scene detectors share: from one soft mask per class to the output of a `yolo`
// head. Nothing is learned: the weights are written down.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/graph_builder.h"

namespace jetmeter {

inline constexpr std::int64_t kSceneInput = 320;  // pixels, both sides
inline constexpr std::int64_t kSceneStride = 4;   // pixels per cell
inline constexpr std::int64_t kSceneCells = kSceneInput / kSceneStride;

// Adds the input `images` and returns its averages over the cells, 1x3x80x80.
std::string scene_cells(GraphBuilder&);
// A linear unit on the three channels (red, green, blue; 0 … 1), cut to [0, 1].
struct LinearUnit {
  float red = 0, green = 0, blue = 0, bias = 0;
};
std::string linear_units(GraphBuilder&, const std::string& name, const std::string& cells,
                         const std::vector<LinearUnit>&);
// `masks`, 1xCx80x80: how much of each cell a class covers. Adds `output0` and the metadata that
// tells pipelines how to read it.
void finish_scene_detector(GraphBuilder&, const std::string& masks,
                           const std::vector<std::string_view>& labels);

}  // namespace jetmeter
