// Four convolutions and a classifier: the smallest network that has everything.
#include <fmt/format.h>

#include "zoo/image_head.h"

namespace jetmeter {
namespace {

ModelGraph build(const ZooSettings& settings) {
  NetBuilder net("simple-cnn", settings);
  auto x = net.image("input", 3, settings.at("imgsz"), kNormalisedPower);
  for (int i = 0; i < 4; ++i)
    x = conv(net, fmt::format("conv{}", i + 1), x,
             {.channels = std::int64_t{16} << i,
              .kernel = 3,
              .stride = 2,
              .activation = ZooActivation::relu});
  classify_mean(net, "fc", x);
  return net.take();
}

constexpr ZooNumber kNumbers[] = {zoo_imgsz(32, 16, 4096), zoo_batch(), zoo_opset(17, 13),
                                  zoo_classes(10)};
constexpr ZooModel kModels[] = {
    {"simple-cnn", "four convolutions and a classifier of 10", build, kNumbers}};

}  // namespace

extern const ZooFamily simple_cnn_zoo{kModels};

}  // namespace jetmeter
