#include "zoo/detect_head.h"

#include <fmt/format.h>

#include <algorithm>

namespace jetmeter {
namespace {

constexpr std::int64_t kBins = 16;  // a side of a box is a distribution over so many strides
// With these a photo gives tens of boxes above a confidence of 0.25, and not thousands: 29 to 45 in
// each of three, in scales n, s and l.
constexpr double kClassGain = 0.8, kClassBias = -4.8;

// Random features tell most of all which class a whole picture is of, the same at every anchor. So
// the last depthwise filters answer to changes only; neighbours are alike, and what they differ by
// is raised by this.
constexpr double kContrast = 6;

struct Widths {
  std::int64_t box, score, classes;
};

struct DepthwisePair {
  std::int64_t channels;
  bool contrast = false;  // answers to changes in the picture alone
};

FeatureMap box_branch(NetBuilder& net, const std::string& name, const FeatureMap& x,
                      const Widths& widths) {
  const ConvBlock block{.channels = widths.box, .kernel = 3, .activation = ZooActivation::silu};
  const auto first = conv(net, name + ".0.conv", x, block);
  const auto second = conv(net, name + ".1.conv", first, block);
  return conv(net, name + ".2", second, {.channels = 4 * kBins});
}

FeatureMap depthwise_pair(NetBuilder& net, const std::string& name, const FeatureMap& x,
                          const DepthwisePair& pair) {
  auto each = conv(net, name + ".0.conv", x,
                   {.channels = x.channels,
                    .kernel = 3,
                    .groups = x.channels,
                    .activation = ZooActivation::silu,
                    .gain = pair.contrast ? kContrast : 1,
                    .balanced = pair.contrast});
  // As much as if strangers stood side by side: the gain is what neighbours lack.
  if (pair.contrast) each.power /= kContrast * kContrast;
  return conv(net, name + ".1.conv", each,
              {.channels = pair.channels, .activation = ZooActivation::silu});
}

FeatureMap class_branch(NetBuilder& net, const std::string& name, const FeatureMap& x,
                        const Widths& widths) {
  const auto first = depthwise_pair(net, name + ".0", x, {.channels = widths.score});
  const auto second =
      depthwise_pair(net, name + ".1", first, {.channels = widths.score, .contrast = true});
  return conv(net, name + ".2", second,
              {.channels = widths.classes, .gain = kClassGain, .bias_mean = kClassBias});
}

// The distance of each side from its anchor, in strides: the mean of its distribution.
std::string side_distances(NetBuilder& net, const std::string& name, const std::string& boxes,
                           std::int64_t anchors) {
  const auto bins = net.reshape(name + ".bins", boxes, {0, 4, kBins, anchors});
  const auto first = net.transpose(name + ".transposed", bins, {0, 2, 1, 3});
  const auto shares = net.op("Softmax", name + ".softmax", {first}, {{"axis", std::int64_t{1}}});
  std::vector<float> numbers;
  for (std::int64_t i = 0; i < kBins; ++i) numbers.push_back(static_cast<float>(i));
  // A parameter in the reference too, though it is never trained.
  const auto weight =
      net.graph().weight(raw_tensor(name + ".conv.weight", net.settings().type, {1, kBins, 1, 1},
                                    encode_floats(net.settings().type, numbers)));
  const auto mean = net.op("Conv", name + ".conv", {shares, weight},
                           {{"kernel_shape", std::vector<std::int64_t>{1, 1}}});
  return net.reshape(name + ".sides", mean, {0, 4, anchors});
}

struct Anchors {
  std::string centres, strides;  // in strides, 1 x 2 x n; in pixels, 1 x n
  std::int64_t count = 0;
};

Anchors anchors_of(NetBuilder& net, const std::string& name,
                   const std::vector<FeatureMap>& levels) {
  std::vector<float> x, y, strides;
  for (const auto& level : levels)
    for (std::int64_t i = 0; i < level.size * level.size; ++i) {
      x.push_back(static_cast<float>(i % level.size) + 0.5F);
      y.push_back(static_cast<float>(i / level.size) + 0.5F);
      strides.push_back(static_cast<float>(net.settings().at("imgsz") / level.size));
    }
  const auto count = std::ssize(x);
  x.insert(x.end(), y.begin(), y.end());
  return {net.constant(name + ".anchors", {1, 2, count}, x),
          net.constant(name + ".strides", {1, count}, strides), count};
}

std::string decoded_boxes(NetBuilder& net, const std::string& name, const std::string& boxes,
                          const Anchors& anchors) {
  const auto sides = side_distances(net, name + ".dfl", boxes, anchors.count);
  const auto parts = net.split(name + ".sides", sides, {2, 2}, 1);
  const auto least = net.op("Sub", name + ".x1y1", {anchors.centres, parts[0]});
  const auto most = net.op("Add", name + ".x2y2", {anchors.centres, parts[1]});
  const auto sum = net.op("Add", name + ".sum", {least, most});
  const auto centre = net.op("Div", name + ".centre", {sum, net.scalar(name + ".two", 2)});
  const auto extent = net.op("Sub", name + ".extent", {most, least});
  const auto box = net.concat(name + ".box", {centre, extent}, 1);
  return net.op("Mul", name + ".pixels", {box, anchors.strides});
}

}  // namespace

void detect_head(NetBuilder& net, const std::string& prefix,
                 const std::vector<FeatureMap>& levels) {
  const auto classes = net.settings().at("classes"), first = levels.front().channels;
  const Widths widths{.box = std::max(first / 4, 4 * kBins),
                      .score = std::max(first, std::min<std::int64_t>(classes, 100)),
                      .classes = classes};
  std::vector<std::string> flat;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto box = box_branch(net, fmt::format("{}.cv2.{}", prefix, i), levels[i], widths);
    const auto score = class_branch(net, fmt::format("{}.cv3.{}", prefix, i), levels[i], widths);
    const auto name = fmt::format("{}.level.{}", prefix, i);
    const auto both = concat_channels(net, name, {box, score});
    flat.push_back(net.reshape(name + ".flat", both.name,
                               {0, both.channels, levels[i].size * levels[i].size}));
  }
  const auto all = net.concat(prefix + ".levels", flat, 2);
  const auto parts = net.split(prefix + ".parts", all, {4 * kBins, classes}, 1);
  const auto anchors = anchors_of(net, prefix, levels);
  const auto boxes = decoded_boxes(net, prefix, parts[0], anchors);
  const auto scores = net.op("Sigmoid", prefix + ".scores", {parts[1]});
  net.concat(net.batched_output("output0", {4 + classes, anchors.count}), {boxes, scores}, 1);
}

}  // namespace jetmeter
