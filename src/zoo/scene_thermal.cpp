// Finds the people and vehicles of the generated scene `thermal`.
#include "jetmeter/zoo.h"
#include "zoo/scene_detector.h"

namespace jetmeter {
namespace {

// Rises from 0 to 1 between two grey levels of 0 … 255.
LinearUnit threshold(float low, float high) {
  const float gain = 255 / (high - low);
  return {gain / 3, gain / 3, gain / 3, -low / (high - low)};
}

ModelGraph build(const ZooSettings&) {
  GraphBuilder graph("scene-thermal");
  const auto cells = scene_cells(graph);
  // Both above the grey of a letterbox, 114.
  const auto warm = linear_units(graph, "warm", cells, {threshold(122, 144)});
  const auto hot = linear_units(graph, "hot", cells, {threshold(188, 204)});
  // The blurred edge of something hot is as warm as a person: what is near something hot belongs
  // to it.
  const auto near_hot = graph.node("MaxPool", "near_hot", {hot},
                                   {{"kernel_shape", std::vector<std::int64_t>{5, 5}},
                                    {"strides", std::vector<std::int64_t>{1, 1}},
                                    {"pads", std::vector<std::int64_t>{2, 2, 2, 2}}});
  const auto difference = graph.node("Sub", "warm_only", {warm, near_hot});
  const auto person = graph.node("Relu", "person", {difference});
  const auto vehicle = graph.node("Sub", "vehicle", {warm, person});
  const auto masks = graph.node("Concat", "masks", {person, vehicle}, {{"axis", std::int64_t{1}}});
  finish_scene_detector(graph, masks, {"person", "vehicle"});
  return graph.take();
}

constexpr ZooModel kModels[] = {{.name = "scene-thermal",
                                 .summary = "detector for the generated scene thermal",
                                 .build = build,
                                 .seeded = false}};

}  // namespace

extern const ZooFamily scene_thermal_zoo{kModels};

}  // namespace jetmeter
