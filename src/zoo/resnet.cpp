// ResNet-18 and ResNet-50 as torchvision has them, batch norm folded; weights are named as there
// (a batch norm's bias is its convolution's).
#include <fmt/format.h>

#include <array>

#include "zoo/image_head.h"

namespace jetmeter {
namespace {

constexpr double kBranchGain = 0.5;  // of what a block adds to what it goes round

struct Variant {
  std::string_view name;
  std::array<int, 4> blocks;
  std::int64_t expansion;  // 1: two convolutions of 3x3; 4: a bottleneck of three
};
constexpr Variant kResnet18{"resnet18", {2, 2, 2, 2}, 1}, kResnet50{"resnet50", {3, 4, 6, 3}, 4};

// Where a sum of what is not negative and of noise is rectified, little is lost.
FeatureMap add_and_rectify(NetBuilder& net, const std::string& name, const FeatureMap& a,
                           const FeatureMap& b) {
  auto sum = add(net, name + ".add", a, b);
  sum.name = net.op("Relu", name + ".relu", {sum.name});
  return sum;
}

FeatureMap basic(NetBuilder& net, const std::string& name, const FeatureMap& x,
                 std::int64_t channels, std::int64_t stride) {
  const auto first = conv(
      net, name + ".conv1", x,
      {.channels = channels, .kernel = 3, .stride = stride, .activation = ZooActivation::relu});
  return conv(net, name + ".conv2", first,
              {.channels = channels, .kernel = 3, .gain = kBranchGain});
}

FeatureMap bottleneck(NetBuilder& net, const std::string& name, const FeatureMap& x,
                      std::int64_t channels, std::int64_t stride) {
  const auto narrow =
      conv(net, name + ".conv1", x, {.channels = channels, .activation = ZooActivation::relu});
  const auto middle = conv(
      net, name + ".conv2", narrow,
      {.channels = channels, .kernel = 3, .stride = stride, .activation = ZooActivation::relu});
  return conv(net, name + ".conv3", middle, {.channels = 4 * channels, .gain = kBranchGain});
}

FeatureMap block(NetBuilder& net, const std::string& name, const FeatureMap& x,
                 const Variant& variant, std::int64_t channels, std::int64_t stride) {
  const auto branch = variant.expansion == 1 ? basic(net, name, x, channels, stride)
                                             : bottleneck(net, name, x, channels, stride);
  if (stride == 1 && x.channels == branch.channels) return add_and_rectify(net, name, x, branch);
  const auto around = conv(net, name + ".downsample.0", x,
                           {.channels = branch.channels, .stride = stride, .gain = 0.8});
  return add_and_rectify(net, name, around, branch);
}

template <const Variant& variant>
ModelGraph build(const ZooSettings& settings) {
  NetBuilder net(variant.name, settings);
  auto x = net.image("input", 3, settings.at("imgsz"), kNormalisedPower);
  x = conv(net, "conv1", x,
           {.channels = 64, .kernel = 7, .stride = 2, .activation = ZooActivation::relu});
  x = max_pool(net, "maxpool", x, 3, 2);
  for (std::size_t stage = 0; stage < 4; ++stage)
    for (int i = 0; i < variant.blocks[stage]; ++i)
      x = block(net, fmt::format("layer{}.{}", stage + 1, i), x, variant, std::int64_t{64} << stage,
                stage > 0 && i == 0 ? 2 : 1);
  classify_mean(net, "fc", x);
  return net.take();
}

constexpr ZooNumber kNumbers[] = {zoo_imgsz(224, 32, 4096), zoo_batch(), zoo_opset(17, 13),
                                  zoo_classes(1000)};
constexpr ZooModel kModels[] = {
    {"resnet18", "ResNet-18: classifier of 1000", build<kResnet18>, kNumbers},
    {"resnet50", "ResNet-50: classifier of 1000", build<kResnet50>, kNumbers}};

}  // namespace

extern const ZooFamily resnet_zoo{kModels};

}  // namespace jetmeter
