// Convolution with folded batch norm, activations, pooling, and what joins feature maps.
#pragma once

#include "zoo/net.h"

namespace jetmeter {

enum class ZooActivation { none, relu, relu6, silu, gelu, gelu_tanh };

struct ConvBlock {
  std::int64_t channels = 0;
  std::int64_t kernel = 1, stride = 1;  // padded by kernel / 2, unless `padded` is false
  std::int64_t groups = 1;
  ZooActivation activation = ZooActivation::none;
  double gain = 1;  // the deviation of what the convolution gives; small in residual branches
  double bias_mean = 0;
  bool bias = true;
  bool padded = true;
  bool balanced = false;  // each filter sums up to 0: it answers to changes alone
};

// Weights "<name>.weight", "<name>.bias"; the nodes are "<name>" and "<name>.act".
FeatureMap conv(NetBuilder&, const std::string& name, const FeatureMap&, const ConvBlock&);
FeatureMap activate(NetBuilder&, const std::string& name, const FeatureMap&, ZooActivation);
FeatureMap add(NetBuilder&, const std::string& name, const FeatureMap&, const FeatureMap&);
FeatureMap concat_channels(NetBuilder&, const std::string& name, const std::vector<FeatureMap>&);
FeatureMap max_pool(NetBuilder&, const std::string& name, const FeatureMap&, std::int64_t kernel,
                    std::int64_t stride);
FeatureMap upsample(NetBuilder&, const std::string& name, const FeatureMap&);  // x2, nearest

// The activation of a tensor of any rank, and E[f(x)^2] for a normal x.
std::string activate(NetBuilder&, const std::string& name, const std::string& x, ZooActivation);
double activated_power(ZooActivation, double power);

}  // namespace jetmeter
