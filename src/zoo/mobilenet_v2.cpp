// MobileNetV2 of width 1 as torchvision has it, batch norm folded.
#include <fmt/format.h>

#include "zoo/image_head.h"

namespace jetmeter {
namespace {

// A row of its paper's table: expansion, channels, repeats, stride of the first.
struct Stage {
  std::int64_t expansion, channels;
  int repeats;
  std::int64_t stride;
};
constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                             {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};

FeatureMap inverted_residual(NetBuilder& net, const std::string& name, const FeatureMap& x,
                             const Stage& stage, std::int64_t stride) {
  FeatureMap wide = x;
  if (stage.expansion > 1)
    wide = conv(net, name + ".expand", x,
                {.channels = x.channels * stage.expansion, .activation = ZooActivation::relu6});
  const auto each = conv(net, name + ".depthwise", wide,
                         {.channels = wide.channels,
                          .kernel = 3,
                          .stride = stride,
                          .groups = wide.channels,
                          .activation = ZooActivation::relu6});
  const bool around = stride == 1 && x.channels == stage.channels;
  const auto narrow =
      conv(net, name + ".project", each, {.channels = stage.channels, .gain = around ? 0.5 : 1});
  return around ? add(net, name + ".add", x, narrow) : narrow;
}

ModelGraph build(const ZooSettings& settings) {
  NetBuilder net("mobilenet_v2", settings);
  auto x = net.image("input", 3, settings.at("imgsz"), kNormalisedPower);
  x = conv(net, "features.0", x,
           {.channels = 32, .kernel = 3, .stride = 2, .activation = ZooActivation::relu6});
  int number = 1;
  for (const auto& stage : kStages)
    for (int i = 0; i < stage.repeats; ++i)
      x = inverted_residual(net, fmt::format("features.{}", number++), x, stage,
                            i == 0 ? stage.stride : 1);
  x = conv(net, fmt::format("features.{}", number), x,
           {.channels = 1280, .activation = ZooActivation::relu6});
  classify_mean(net, "classifier.1", x);
  return net.take();
}

constexpr ZooNumber kNumbers[] = {zoo_imgsz(224, 32, 4096), zoo_batch(), zoo_opset(17, 13),
                                  zoo_classes(1000)};
constexpr ZooModel kModels[] = {
    {"mobilenet_v2", "MobileNetV2 of width 1: classifier of 1000", build, kNumbers}};

}  // namespace

extern const ZooFamily mobilenet_v2_zoo{kModels};

}  // namespace jetmeter
