// The image trunk of EdgeTAM: RepViT M1, its parallel branches folded into single convolutions.
#pragma once

#include <vector>

#include "zoo/conv_block.h"

namespace jetmeter {

// One feature map a stage, of strides 4, 8, 16 and 32 and 48, 96, 192 and 384 channels.
std::vector<FeatureMap> repvit_m1(NetBuilder&, const std::string& name, const FeatureMap& image);

}  // namespace jetmeter
