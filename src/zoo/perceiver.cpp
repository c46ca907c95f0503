// EdgeTAM's resampler: latent tokens look at a frame's features, so that a remembered frame is
// small however large the picture is. The same two layers serve the latents of the whole frame and
// those of its parts.
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <utility>

#include "zoo/sine_positions.h"
#include "zoo/video_parts.h"

namespace jetmeter {
namespace {

constexpr std::int64_t kLatents = 256, kSide = 16, kWide = 4 * kMemoryWidth;
constexpr int kDepth = 2;
constexpr double kBranchGain = 0.4;

// Two passes read the same weights, which are therefore made once.
class Layers {
 public:
  Layers(NetBuilder& net, std::string name) : net_(net), name_(std::move(name)) {}

  // `pass` makes the nodes' names differ. `positions` may be empty.
  std::string look(const std::string& pass, std::string latents, const std::string& features,
                   const std::string& positions) {
    for (int i = 0; i < kDepth; ++i) {
      const auto layer = fmt::format("{}.layers.{}", name_, i);
      latents = attention(layer + ".cross", pass, latents, {features, positions});
      latents = feed_forward(layer + ".ff", pass, latents);
      latents = attention(layer + ".self", pass, latents, {});
      latents = feed_forward(layer + ".self_ff", pass, latents);
    }
    return latents;
  }

 private:
  struct Source {
    std::string features, positions;  // empty: the latents themselves
  };

  const std::string& weight(const std::string& name, const Shape& shape, Spread spread) {
    auto& made = weights_[name];
    if (made.empty()) made = net_.weight(name, shape, spread);
    return made;
  }
  std::string project(const std::string& name, const std::string& pass, const std::string& x,
                      const Linear& layer) {
    const auto& matrix = weight(
        name + ".weight", {layer.inputs, layer.outputs},
        {.deviation = layer.gain / std::sqrt(static_cast<double>(layer.inputs) * layer.power)});
    return net_.op("MatMul", name + pass, {x, matrix});
  }
  std::string norm(const std::string& name, const std::string& pass, const std::string& x) {
    const auto& scale = weight(name + ".weight", {kMemoryWidth}, {.deviation = 0.1, .mean = 1});
    const auto& shift = weight(name + ".bias", {kMemoryWidth}, {.deviation = 0.1});
    return net_.op("LayerNormalization", name + pass, {x, scale, shift},
                   {{"axis", std::int64_t{-1}}, {"epsilon", 1e-5F}});
  }

  std::string attention(const std::string& name, const std::string& pass,
                        const std::string& latents, const Source& source) {
    const auto normal = norm(name + ".norm_latents", pass, latents);
    auto seen = normal;
    if (!source.features.empty()) seen = norm(name + ".norm_x", pass, source.features);
    if (!source.positions.empty())
      seen = net_.op("Add", name + pass + ".placed", {seen, source.positions});
    const Linear square{.inputs = kMemoryWidth, .outputs = kMemoryWidth};
    const auto mixed = attend(
        net_, name + pass + ".attend", project(name + ".to_q", pass, normal, square),
        project(name + ".to_k", pass, seen, square), project(name + ".to_v", pass, seen, square),
        {.heads = 1, .width = kMemoryWidth, .mask = ""});
    const auto out =
        project(name + ".to_out", pass, mixed,
                {.inputs = kMemoryWidth, .outputs = kMemoryWidth, .gain = kBranchGain});
    return net_.op("Add", name + pass + ".sum", {latents, out});
  }

  std::string feed_forward(const std::string& name, const std::string& pass, const std::string& x) {
    const auto wide = project(name + ".1", pass, norm(name + ".0", pass, x),
                              {.inputs = kMemoryWidth, .outputs = kWide});
    const auto active = activate(net_, name + ".2" + pass, wide, ZooActivation::gelu);
    const auto narrow = project(name + ".3", pass, active,
                                {.inputs = kWide,
                                 .outputs = kMemoryWidth,
                                 .gain = kBranchGain,
                                 .power = activated_power(ZooActivation::gelu, 1)});
    return net_.op("Add", name + pass + ".sum", {x, narrow});
  }

  NetBuilder& net_;
  std::string name_;
  std::map<std::string, std::string> weights_;
};

// Each of 16 x 16 windows as a batch entry.
std::string windows_of(NetBuilder& net, const std::string& name, const FeatureMap& x) {
  const auto window = x.size / kSide;
  const auto split =
      net.reshape(name + ".split", x.name, {x.channels, kSide, window, kSide, window});
  const auto turned = net.transpose(name + ".turned", split, {1, 3, 2, 4, 0});
  return net.reshape(name, turned, {kLatents, window * window, x.channels});
}

std::string tokens_of(NetBuilder& net, const std::string& name, const FeatureMap& x) {
  const auto flat = net.reshape(name + ".flat", x.name, {1, x.channels, x.size * x.size});
  return net.transpose(name, flat, {0, 2, 1});
}

}  // namespace

Latents perceiver(NetBuilder& net, const std::string& name, const FeatureMap& x) {
  Layers layers(net, name);
  const auto places = net.constant(name + ".places", {1, x.size * x.size, kMemoryWidth},
                                   sine_positions(x.size, kMemoryWidth));
  const auto whole = net.weight(name + ".latents", {1, kLatents, kMemoryWidth}, {.deviation = 1});
  const auto of_whole = layers.look(".whole", whole, tokens_of(net, name + ".tokens", x), places);
  const auto parts =
      net.weight(name + ".latents_2d", {kLatents, 1, kMemoryWidth}, {.deviation = 1});
  const auto of_parts = layers.look(".parts", parts, windows_of(net, name + ".windows", x), "");
  const auto second = net.reshape(name + ".of_parts", of_parts, {1, kLatents, kMemoryWidth});
  // Latents of the whole frame are nowhere in it.
  std::vector<float> positions(static_cast<std::size_t>(kLatents * kMemoryWidth), 0);
  const auto grid = sine_positions(kSide, kMemoryWidth);
  positions.insert(positions.end(), grid.begin(), grid.end());
  return {net.concat(name + ".latents_of_frame", {of_whole, second}, 1),
          net.constant(name + ".positions", {2 * kLatents, 1, kMemoryWidth}, positions)};
}

}  // namespace jetmeter
