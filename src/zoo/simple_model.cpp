// The small classifier of optimisation tutorials and of tools that compare hardware: two
// convolutions and one wide linear layer, which holds nearly all of its weights.
#include "zoo/conv_block.h"
#include "zoo/image_head.h"

namespace jetmeter {
namespace {

constexpr double kLargestOfFour = 2;  // E[max^2] of four rectified numbers, by E[x^2] of one

FeatureMap halved(NetBuilder& net, const std::string& name, const FeatureMap& x) {
  FeatureMap y = x;
  y.name = net.op("MaxPool", name, {x.name},
                  {{"kernel_shape", std::vector<std::int64_t>{2, 2}},
                   {"strides", std::vector<std::int64_t>{2, 2}}});
  y.size = x.size / 2;
  y.power = x.power * kLargestOfFour;
  return y;
}

ModelGraph build(const ZooSettings& settings) {
  NetBuilder net("simple-model", settings);
  auto x = net.image("input", 3, settings.at("imgsz"), kNormalisedPower);
  for (const std::int64_t i : {1, 2}) {
    const auto number = std::to_string(i);
    x = conv(net, "conv" + number, x,
             {.channels = 16 * i, .kernel = 3, .activation = ZooActivation::relu});
    x = halved(net, "pool" + number, x);
  }
  const auto classes = settings.at("classes");
  const auto flat = net.op("Flatten", "flat", {x.name}, {{"axis", std::int64_t{1}}});
  const auto scores = classifier(
      net, "fc", flat,
      {.inputs = x.channels * x.size * x.size, .outputs = classes, .gain = 2, .power = x.power});
  net.op("Identity", net.batched_output("output", {classes}), {scores});
  return net.take();
}

constexpr ZooNumber kNumbers[] = {zoo_imgsz(224, 4, 1024), zoo_batch(), zoo_opset(17, 13),
                                  zoo_classes(10)};
constexpr ZooModel kModels[] = {{"simple-model",
                                 "two convolutions, and a linear layer that is nearly all of it",
                                 build, kNumbers}};

}  // namespace

extern const ZooFamily simple_model_zoo{kModels};

}  // namespace jetmeter
