#include "zoo/image_head.h"

namespace jetmeter {
namespace {

// The mean of many pixels varies less than they do, but a network with rectifiers has a mean that
// is not 0: between the two.
constexpr double kMeanPower = 0.7;
constexpr double kScoreGain = 2;  // scores that differ, so that there is a first and a second

}  // namespace

void classify_mean(NetBuilder& net, const std::string& name, const FeatureMap& x) {
  const auto classes = net.settings().at("classes");
  const auto mean = net.op("GlobalAveragePool", name + ".mean", {x.name});
  const auto flat = net.op("Flatten", name + ".flat", {mean}, {{"axis", std::int64_t{1}}});
  const auto scores = classifier(net, name, flat,
                                 {.inputs = x.channels,
                                  .outputs = classes,
                                  .gain = kScoreGain,
                                  .power = x.power * kMeanPower});
  net.op("Identity", net.batched_output("output", {classes}), {scores});
}

}  // namespace jetmeter
