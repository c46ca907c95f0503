#include <fmt/format.h>

#include "zoo/sine_positions.h"
#include "zoo/video_parts.h"

namespace jetmeter {
namespace {

FeatureMap give(NetBuilder& net, const std::string& name, const FeatureMap& x) {
  net.op("Identity", net.output(name, {1, x.channels, x.size, x.size}), {x.name});
  return x;
}

// 1 x channels x side x side.
FeatureMap lateral(NetBuilder& net, std::size_t level, const FeatureMap& stage) {
  return conv(net, fmt::format("neck.convs.{}.conv", level), stage, {.channels = kVideoWidth});
}

void give_positions(NetBuilder& net) {
  const auto side = feature_side(net);
  const Shape shape{side * side, 1, kVideoWidth};
  const auto table = net.constant("neck.positions", shape, sine_positions(side, kVideoWidth));
  net.op("Identity", net.output("vision_pos_embed", shape), {table});
}

}  // namespace

// The coarsest stage is only added to the one before it; the finer two get nothing from above.
void finish_image_encoder(NetBuilder& net, const std::vector<FeatureMap>& stages) {
  const auto coarsest = lateral(net, 0, stages[3]);
  const auto sum =
      add(net, "neck.sum", lateral(net, 1, stages[2]), upsample(net, "neck.upsampled", coarsest));
  const auto eighth = lateral(net, 2, stages[1]), quarter = lateral(net, 3, stages[0]);
  give(net, "pix_feat", sum);
  give(net, "high_res_feat0", conv(net, "conv_s0", quarter, {.channels = 32}));
  give(net, "high_res_feat1", conv(net, "conv_s1", eighth, {.channels = 64}));
  const auto nothing = net.weight("no_mem_embed", {1, kVideoWidth, 1, 1}, {.deviation = 0.3});
  const auto side = feature_side(net);
  net.op("Add", net.output("vision_feats", {1, kVideoWidth, side, side}), {sum.name, nothing});
  give_positions(net);
}

}  // namespace jetmeter
