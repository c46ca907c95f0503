#include "zoo/hiera.h"

#include <fmt/format.h>

#include <algorithm>

namespace jetmeter {
namespace {

constexpr double kBranchGain = 0.3;
constexpr std::int64_t kHead = 96;  // channels of one

// 1 x side x side x channels.
struct Grid {
  std::string name;
  std::int64_t side = 0, channels = 0;
};

// Windows of a grid, each a batch entry of its own: count x (window * window) x channels.
struct Windows {
  std::string name;
  std::int64_t count = 0;   // along one side
  std::int64_t window = 0;  // side of one
};

struct Block {
  std::int64_t outputs = 0;
  std::int64_t window = 0;  // 0: all of the picture
  bool halves = false;
};

std::int64_t rounded_up(std::int64_t value, std::int64_t step) {
  return (value + step - 1) / step * step;
}

// By zeros to the right and below, where windows do not fit.
std::string padded(NetBuilder& net, const std::string& name, const Grid& x, std::int64_t side) {
  if (side == x.side) return x.name;
  const auto more = side - x.side;
  return net.op("Pad", name,
                {x.name, net.graph().integers(name + ".pads", {0, 0, 0, 0, 0, more, more, 0})});
}

Windows cut(NetBuilder& net, const std::string& name, const Grid& x, std::int64_t window) {
  if (window == 0)
    return {net.reshape(name + ".all", x.name, {1, x.side * x.side, x.channels}), 1, x.side};
  const auto side = rounded_up(x.side, window), count = side / window;
  const auto split = net.reshape(name + ".split", padded(net, name + ".padded", x, side),
                                 {count, window, count, window, x.channels});
  const auto turned = net.transpose(name + ".turned", split, {0, 2, 1, 3, 4});
  return {net.reshape(name + ".windows", turned, {count * count, window * window, x.channels}),
          count, window};
}

Grid joined(NetBuilder& net, const std::string& name, const Windows& x, std::int64_t side,
            std::int64_t channels) {
  const auto split =
      net.reshape(name + ".cut", x.name, {x.count, x.count, x.window, x.window, channels});
  const auto turned = net.transpose(name + ".back", split, {0, 2, 1, 3, 4});
  const auto whole = x.count * x.window;
  auto grid = net.reshape(name + ".whole", turned, {1, whole, whole, channels});
  if (whole != side)
    grid = net.op("Slice", name + ".cropped",
                  {grid, net.graph().integers(name + ".from", {0, 0}),
                   net.graph().integers(name + ".to", {side, side}),
                   net.graph().integers(name + ".axes", {1, 2})});
  return {grid, side, channels};
}

// The largest of 2 x 2.
std::string pooled(NetBuilder& net, const std::string& name, const std::string& grids) {
  const auto planes = net.transpose(name + ".planes", grids, {0, 3, 1, 2});
  const auto halved = net.op("MaxPool", name + ".pool", {planes},
                             {{"kernel_shape", std::vector<std::int64_t>{2, 2}},
                              {"strides", std::vector<std::int64_t>{2, 2}}});
  return net.transpose(name, halved, {0, 2, 3, 1});
}

Windows attention(NetBuilder& net, const std::string& name, const Windows& x, std::int64_t inputs,
                  const Block& block) {
  const auto width = block.outputs;
  const auto qkv = linear(net, name + ".qkv", x.name, {.inputs = inputs, .outputs = 3 * width});
  const auto parts = net.split(name + ".parts", qkv, {width, width, width}, 2);
  auto queries = parts[0];
  Windows y{name + ".proj", x.count, x.window};
  if (block.halves) {
    const auto grids = net.reshape(name + ".grids", queries, {0, x.window, x.window, width});
    y.window = x.window / 2;
    queries = net.reshape(name + ".fewer", pooled(net, name + ".q_pool", grids),
                          {0, y.window * y.window, width});
  }
  const auto mixed = attend(net, name + ".attend", queries, parts[1], parts[2],
                            {.heads = width / kHead, .width = kHead, .mask = ""});
  linear(net, y.name, mixed,
         {.inputs = width, .outputs = width, .gain = kBranchGain, .power = 0.5});
  return y;
}

Grid block_of(NetBuilder& net, const std::string& name, const Grid& x, const Block& block) {
  const Grid normal{layer_norm(net, name + ".norm1", x.name, {.width = x.channels}), x.side,
                    x.channels};
  auto around = x.name;
  if (block.outputs != x.channels) {
    around =
        linear(net, name + ".proj", normal.name, {.inputs = x.channels, .outputs = block.outputs});
    if (block.halves) around = pooled(net, name + ".pool", around);
  }
  const auto windows = cut(net, name + ".attn.in", normal, block.window);
  const auto seen = attention(net, name + ".attn", windows, x.channels, block);
  const auto side = block.halves ? x.side / 2 : x.side;
  const auto whole = joined(net, name + ".attn.out", seen, side, block.outputs);
  const auto sum = net.op("Add", name + ".add1", {around, whole.name});
  const auto second = layer_norm(net, name + ".norm2", sum, {.width = block.outputs});
  const auto thought =
      mlp(net, name + ".mlp.layers", second,
          {.width = block.outputs, .hidden = 4 * block.outputs, .gain = kBranchGain}, {".0", ".1"});
  return {net.op("Add", name + ".add2", {sum, thought}), side, block.outputs};
}

// A coarse table stretched over the picture, and a fine one repeated in each window.
Grid with_positions(NetBuilder& net, const std::string& name, const FeatureMap& patches,
                    std::int64_t window) {
  constexpr std::int64_t kCoarse = 7;
  const auto side = patches.size, channels = patches.channels;
  const auto coarse =
      net.weight(name + ".pos_embed", {1, channels, kCoarse, kCoarse}, {.deviation = 0.3});
  const auto extents = net.graph().integers(name + ".pos_extents", {1, channels, side, side});
  const auto stretched = net.op("Resize", name + ".pos_stretched", {coarse, "", "", extents},
                                {{"mode", std::string("linear")},
                                 {"coordinate_transformation_mode", std::string("half_pixel")}});
  const auto fine =
      net.weight(name + ".pos_embed_window", {1, channels, window, window}, {.deviation = 0.3});
  const auto repeats =
      net.graph().integers(name + ".pos_repeats", {1, 1, side / window, side / window});
  const auto tiled = net.op("Tile", name + ".pos_tiled", {fine, repeats});
  const auto positions = net.op("Add", name + ".positions", {stretched, tiled});
  const auto sum = net.op("Add", name + ".embedded", {patches.name, positions});
  return {net.transpose(name + ".grid", sum, {0, 2, 3, 1}), side, channels};
}

}  // namespace

std::vector<FeatureMap> hiera(NetBuilder& net, const std::string& name, const FeatureMap& image,
                              const Hiera& shape) {
  const auto patches = conv(net, name + ".patch_embed.proj", image,
                            {.channels = shape.width, .kernel = 7, .stride = 4});
  auto x = with_positions(net, name, patches, shape.windows.front());
  std::vector<FeatureMap> stages;
  int number = 0;
  for (std::size_t stage = 0; stage < shape.blocks.size(); ++stage) {
    for (int i = 0; i < shape.blocks[stage]; ++i, ++number) {
      const bool first = stage > 0 && i == 0;
      // The block that halves the picture still looks through the windows of the stage before.
      Block block{shape.width << stage, shape.windows[first ? stage - 1 : stage], first};
      if (std::count(shape.global_blocks.begin(), shape.global_blocks.end(), number) != 0)
        block.window = 0;
      x = block_of(net, fmt::format("{}.blocks.{}", name, number), x, block);
    }
    stages.push_back({net.transpose(fmt::format("{}.stage{}", name, stage), x.name, {0, 3, 1, 2}),
                      x.channels, x.side, 1.5});
  }
  return stages;
}

}  // namespace jetmeter
