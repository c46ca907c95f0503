#include "zoo/token_blocks.h"

#include <cmath>

namespace jetmeter {
namespace {

Spread spread_of(const Linear& layer) {
  return {.deviation = layer.gain / std::sqrt(static_cast<double>(layer.inputs) * layer.power)};
}

std::string bias_of(NetBuilder& net, const std::string& name, const Linear& layer) {
  return net.weight(name + ".bias", {layer.outputs},
                    {.deviation = 0.1 * layer.gain, .mean = layer.bias_mean});
}

std::string by_head(NetBuilder& net, const std::string& name, const std::string& x,
                    const Heads& heads, std::vector<std::int64_t> order) {
  const auto split = net.reshape(name + ".split", x, {0, 0, heads.heads, heads.width});
  return net.transpose(name, split, std::move(order));
}

}  // namespace

std::string linear(NetBuilder& net, const std::string& name, const std::string& x,
                   const Linear& layer) {
  const auto weight = net.weight(name + ".weight", {layer.inputs, layer.outputs}, spread_of(layer));
  if (!layer.bias) return net.op("MatMul", name, {x, weight});
  const auto product = net.op("MatMul", name + ".product", {x, weight});
  return net.op("Add", name, {product, bias_of(net, name, layer)});
}

std::string classifier(NetBuilder& net, const std::string& name, const std::string& x,
                       const Linear& layer) {
  const auto weight = net.weight(name + ".weight", {layer.outputs, layer.inputs}, spread_of(layer));
  return net.op("Gemm", name, {x, weight, bias_of(net, name, layer)},
                {{"transB", std::int64_t{1}}});
}

std::string layer_norm(NetBuilder& net, const std::string& name, const std::string& x,
                       const LayerNorm& layer) {
  const Attributes attributes{{"axis", std::int64_t{-1}},
                              {"epsilon", static_cast<float>(layer.epsilon)}};
  if (!layer.affine) {
    const auto ones = net.constant(name + ".ones", {layer.width},
                                   std::vector<float>(static_cast<std::size_t>(layer.width), 1));
    return net.op("LayerNormalization", name, {x, ones}, attributes);
  }
  const auto weight = net.weight(name + ".weight", {layer.width}, {.deviation = 0.1, .mean = 1});
  const auto bias = net.weight(name + ".bias", {layer.width}, {.deviation = 0.1});
  return net.op("LayerNormalization", name, {x, weight, bias}, attributes);
}

FeatureMap layer_norm_2d(NetBuilder& net, const std::string& name, const FeatureMap& x) {
  const auto last = net.transpose(name + ".nhwc", x.name, {0, 2, 3, 1});
  const auto normal = layer_norm(net, name, last, {.width = x.channels});
  return {net.transpose(name + ".nchw", normal, {0, 3, 1, 2}), x.channels, x.size, 1};
}

std::string mlp(NetBuilder& net, const std::string& name, const std::string& x, const Mlp& block,
                const MlpNames& names) {
  const auto wide = linear(net, name + names.first, x,
                           {.inputs = block.width, .outputs = block.hidden, .power = block.power});
  const auto active = activate(net, name + names.first + ".act", wide, block.activation);
  return linear(net, name + names.second, active,
                {.inputs = block.hidden,
                 .outputs = block.outputs == 0 ? block.width : block.outputs,
                 .gain = block.gain,
                 .power = activated_power(block.activation, 1)});
}

std::string attend(NetBuilder& net, const std::string& name, const std::string& queries,
                   const std::string& keys, const std::string& values, const Heads& heads) {
  const auto q = by_head(net, name + ".queries", queries, heads, {0, 2, 1, 3});
  const auto k = by_head(net, name + ".keys", keys, heads, {0, 2, 3, 1});
  const auto v = by_head(net, name + ".values", values, heads, {0, 2, 1, 3});
  const auto scale = net.scalar(name + ".scale", 1 / std::sqrt(static_cast<double>(heads.width)));
  const auto scaled = net.op("Mul", name + ".scaled", {q, scale});
  auto products = net.op("MatMul", name + ".products", {scaled, k});
  if (!heads.mask.empty()) products = net.op("Add", name + ".masked", {products, heads.mask});
  const auto shares = net.op("Softmax", name + ".shares", {products}, {{"axis", std::int64_t{-1}}});
  const auto mixed = net.op("MatMul", name + ".mixed", {shares, v});
  const auto tokens = net.transpose(name + ".tokens", mixed, {0, 2, 1, 3});
  return net.reshape(name, tokens, {0, 0, heads.heads * heads.width});
}

}  // namespace jetmeter
