// What is remembered of a frame: its features and the mask that was found in it.
#include <fmt/format.h>

#include "zoo/sine_positions.h"
#include "zoo/video_parts.h"

namespace jetmeter {
namespace {

constexpr double kBranchGain = 0.4;
// The mask comes as probabilities stretched to -10 … 10.
constexpr double kMaskPower = 60;

FeatureMap shrunk_mask(NetBuilder& net, const std::string& name, FeatureMap mask) {
  for (int i = 0; i < 4; ++i) {
    const auto part = fmt::format("{}.{}", name, i);
    mask = conv(net, part, mask, {.channels = mask.channels * 4, .kernel = 3, .stride = 2});
    mask =
        activate(net, part + ".act", layer_norm_2d(net, part + ".norm", mask), ZooActivation::gelu);
  }
  return conv(net, name + ".out", mask, {.channels = kVideoWidth});
}

// A ConvNeXt block: depthwise 7x7, then an MLP over the channels, scaled by channel.
FeatureMap fused(NetBuilder& net, const std::string& name, const FeatureMap& x) {
  const auto near =
      conv(net, name + ".dwconv", x, {.channels = x.channels, .kernel = 7, .groups = x.channels});
  const auto last = net.transpose(name + ".nhwc", near.name, {0, 2, 3, 1});
  const auto normal = layer_norm(net, name + ".norm", last, {.width = x.channels});
  const auto thought = mlp(net, name, normal, {.width = x.channels, .hidden = 4 * x.channels},
                           {".pwconv1", ".pwconv2"});
  const auto scale =
      net.weight(name + ".gamma", {x.channels}, {.deviation = 0.1, .mean = kBranchGain});
  const auto scaled = net.op("Mul", name + ".scaled", {thought, scale});
  const FeatureMap branch{net.transpose(name + ".nchw", scaled, {0, 3, 1, 2}), x.channels, x.size,
                          kBranchGain * kBranchGain};
  return add(net, name + ".add", x, branch);
}

void give_features(NetBuilder& net, const FeatureMap& x, const MemoryLayout& layout) {
  const auto tokens = layout.tokens(x.size);
  const auto positions = net.output("maskmem_pos_enc", {tokens, 1, kMemoryWidth});
  if (layout.latents) {
    const auto latents = perceiver(net, "spatial_perceiver", x);
    net.op("Identity", net.output("maskmem_features", {1, tokens, kMemoryWidth}), {latents.tokens});
    net.op("Identity", positions, {latents.positions});
    return;
  }
  net.op("Identity", net.output("maskmem_features", {1, kMemoryWidth, x.size, x.size}), {x.name});
  net.op(
      "Identity", positions,
      {net.constant("positions", {tokens, 1, kMemoryWidth}, sine_positions(x.size, kMemoryWidth))});
}

}  // namespace

ModelGraph memory_encoder(const ZooSettings& settings, std::string_view name,
                          const MemoryLayout& layout) {
  NetBuilder net(name, settings);
  const auto size = settings.at("imgsz"), side = feature_side(net);
  const FeatureMap mask{net.input("mask_for_mem", {1, 1, size, size}), 1, size, kMaskPower};
  const FeatureMap features{net.input("pix_feat", {1, kVideoWidth, side, side}), kVideoWidth, side,
                            2};
  auto x = add(net, "joined", conv(net, "pix_feat_proj", features, {.channels = kVideoWidth}),
               shrunk_mask(net, "mask_downsampler", mask));
  for (int i = 0; i < 2; ++i) x = fused(net, fmt::format("fuser.layers.{}", i), x);
  give_features(net, conv(net, "out_proj", x, {.channels = kMemoryWidth}), layout);
  const Shape ages{kMemorySlots, 1, 1, kMemoryWidth};
  net.op("Identity", net.output("temporal_code", ages),
         {net.weight("maskmem_tpos_enc", ages, {.deviation = 0.3})});
  return net.take();
}

}  // namespace jetmeter
