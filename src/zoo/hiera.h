// The image trunk of SAM 2.1: Hiera, a transformer that looks at windows of a picture, halves the
// picture from stage to stage, and looks at all of it in a few blocks.
#pragma once

#include <vector>

#include "zoo/token_blocks.h"

namespace jetmeter {

struct Hiera {
  std::int64_t width = 96;
  std::vector<int> blocks{1, 2, 7, 2};
  std::vector<std::int64_t> windows{8, 4, 14, 7};
  std::vector<int> global_blocks{5, 7, 9};
};
// One feature map a stage, of strides 4, 8, 16 and 32.
std::vector<FeatureMap> hiera(NetBuilder&, const std::string& name, const FeatureMap& image,
                              const Hiera&);

}  // namespace jetmeter
