// ViT-B/16 as torchvision has it.
#include <fmt/format.h>

#include "zoo/image_head.h"

namespace jetmeter {
namespace {

constexpr std::int64_t kPatch = 16, kHead = 64;
constexpr double kBranchGain = 0.3;

// The learned first token, once an image.
std::string class_tokens(NetBuilder& net, const std::string& x, std::int64_t width) {
  const auto token = net.weight("class_token", {1, 1, width}, {.deviation = 1});
  const auto batch = net.settings().at("batch");
  if (batch == 1) return token;
  auto shape = net.graph().integers("class_token.extents", {1, width});
  const auto first = net.op("Shape", "class_token.batch", {x},
                            {{"start", std::int64_t{0}}, {"end", std::int64_t{1}}});
  return net.op("Expand", "class_token.each",
                {token, net.concat("class_token.shape", {first, shape}, 0)});
}

std::string self_attention(NetBuilder& net, const std::string& name, const std::string& x,
                           std::int64_t width) {
  const auto qkv = linear(net, name + ".in_proj", x, {.inputs = width, .outputs = 3 * width});
  const auto parts = net.split(name + ".parts", qkv, {width, width, width}, 2);
  const auto mixed = attend(net, name + ".attend", parts[0], parts[1], parts[2],
                            {.heads = width / kHead, .width = kHead, .mask = ""});
  // What is a mean over many tokens has less power than each of them.
  return linear(net, name + ".out_proj", mixed,
                {.inputs = width, .outputs = width, .gain = kBranchGain, .power = 0.5});
}

std::string encoder_layer(NetBuilder& net, const std::string& name, const std::string& x,
                          std::int64_t width) {
  const auto first = layer_norm(net, name + ".ln_1", x, {.width = width});
  const auto seen = net.op("Add", name + ".add_1",
                           {x, self_attention(net, name + ".self_attention", first, width)});
  const auto second = layer_norm(net, name + ".ln_2", seen, {.width = width});
  const auto thought =
      mlp(net, name + ".mlp", second, {.width = width, .hidden = 4 * width, .gain = kBranchGain},
          {".0", ".3"});
  return net.op("Add", name + ".add_2", {seen, thought});
}

ModelGraph build(const ZooSettings& settings) {
  NetBuilder net("vit-b-16", settings);
  const auto size = settings.at("imgsz"), width = settings.at("width");
  const auto side = size / kPatch, tokens = side * side + 1;
  const auto images = net.image("input", 3, size, kNormalisedPower);
  const auto patches =
      conv(net, "conv_proj", images,
           {.channels = width, .kernel = kPatch, .stride = kPatch, .padded = false});
  const auto flat = net.reshape("patches.flat", patches.name, {0, width, side * side});
  auto x = net.transpose("patches", flat, {0, 2, 1});
  x = net.concat("tokens", {class_tokens(net, x, width), x}, 1);
  x = net.op("Add", "positions",
             {x, net.weight("encoder.pos_embedding", {1, tokens, width}, {.deviation = 0.5})});
  for (std::int64_t i = 0; i < settings.at("layers"); ++i)
    x = encoder_layer(net, fmt::format("encoder.layers.{}", i), x, width);
  x = layer_norm(net, "encoder.ln", x, {.width = width});
  const auto first = net.op("Gather", "class", {x, net.graph().integer("class.index", 0)},
                            {{"axis", std::int64_t{1}}});
  const auto classes = settings.at("classes");
  const auto scores =
      classifier(net, "heads.head", first, {.inputs = width, .outputs = classes, .gain = 2});
  net.op("Identity", net.batched_output("output", {classes}), {scores});
  return net.take();
}

constexpr ZooNumber kNumbers[] = {
    zoo_imgsz(224, kPatch, 1024),
    zoo_batch(),
    zoo_opset(17, 17),
    zoo_classes(1000),
    {.name = "layers", .summary = "of the encoder", .otherwise = 12, .least = 1, .most = 48},
    {.name = "width",
     .summary = "of a token",
     .otherwise = 768,
     .least = kHead,
     .most = 4096,
     .step = kHead}};
constexpr ZooModel kModels[] = {{"vit-b-16", "ViT-B/16: classifier of 1000", build, kNumbers}};

}  // namespace

extern const ZooFamily vit_zoo{kModels};

}  // namespace jetmeter
