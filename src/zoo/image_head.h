// What classifiers of images share: the mean over all pixels, and one score a class.
#pragma once

#include "zoo/token_blocks.h"

namespace jetmeter {

// Adds the output `output`, batch x classes.
void classify_mean(NetBuilder&, const std::string& name, const FeatureMap&);

// As classifiers of ImageNet take it: normalised, and so of unit variance.
constexpr double kNormalisedPower = 1;
constexpr ZooNumber zoo_classes(std::int64_t otherwise) {
  return {.name = "classes",
          .summary = "rows of scores",
          .otherwise = otherwise,
          .least = 1,
          .most = 100'000};
}

}  // namespace jetmeter
