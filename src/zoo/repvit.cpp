#include "zoo/repvit.h"

#include <fmt/format.h>

namespace jetmeter {
namespace {

constexpr double kBranchGain = 0.3;

struct Stage {
  std::int64_t channels;
  int blocks;
};
constexpr Stage kStages[] = {{48, 2}, {96, 2}, {192, 14}, {384, 2}};

// One factor a channel, from the mean of the picture.
FeatureMap squeeze_excite(NetBuilder& net, const std::string& name, const FeatureMap& x) {
  const FeatureMap mean{net.op("GlobalAveragePool", name + ".mean", {x.name}), x.channels, 1,
                        x.power / 2};
  const auto fewer =
      conv(net, name + ".fc1", mean,
           {.channels = (x.channels / 4 + 7) / 8 * 8, .activation = ZooActivation::relu});
  const auto factors = conv(net, name + ".fc2", fewer, {.channels = x.channels, .bias_mean = 1.5});
  const auto gates = net.op("Sigmoid", name + ".gates", {factors.name});
  return {net.op("Mul", name, {x.name, gates}), x.channels, x.size, 0.6 * x.power};
}

FeatureMap with_mlp(NetBuilder& net, const std::string& name, const FeatureMap& x) {
  const auto wide = conv(net, name + ".conv1", x,
                         {.channels = 2 * x.channels, .activation = ZooActivation::gelu});
  const auto narrow =
      conv(net, name + ".conv2", wide, {.channels = x.channels, .gain = kBranchGain});
  return add(net, name + ".add", x, narrow);
}

FeatureMap block(NetBuilder& net, const std::string& name, const FeatureMap& x, bool gated) {
  auto mixed = conv(net, name + ".token_mixer", x,
                    {.channels = x.channels, .kernel = 3, .groups = x.channels});
  if (gated) mixed = squeeze_excite(net, name + ".se", mixed);
  return with_mlp(net, name + ".channel_mixer", mixed);
}

FeatureMap halved(NetBuilder& net, const std::string& name, const FeatureMap& x,
                  std::int64_t channels) {
  const auto before = block(net, name + ".pre_block", x, false);
  const auto fewer = conv(net, name + ".spatial_downsample", before,
                          {.channels = x.channels, .kernel = 3, .stride = 2, .groups = x.channels});
  const auto wider = conv(net, name + ".channel_downsample", fewer, {.channels = channels});
  return with_mlp(net, name + ".ffn", wider);
}

}  // namespace

std::vector<FeatureMap> repvit_m1(NetBuilder& net, const std::string& name,
                                  const FeatureMap& image) {
  auto x = conv(net, name + ".stem.conv1", image,
                {.channels = 24, .kernel = 3, .stride = 2, .activation = ZooActivation::gelu});
  x = conv(net, name + ".stem.conv2", x, {.channels = 48, .kernel = 3, .stride = 2});
  std::vector<FeatureMap> stages;
  for (const auto& stage : kStages) {
    const auto prefix = fmt::format("{}.stages.{}", name, stages.size());
    if (!stages.empty()) x = halved(net, prefix + ".downsample", x, stage.channels);
    for (int i = 0; i < stage.blocks; ++i)
      x = block(net, fmt::format("{}.blocks.{}", prefix, i), x, i % 2 == 0);
    stages.push_back(x);
  }
  return stages;
}

}  // namespace jetmeter
