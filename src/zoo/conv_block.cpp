#include "zoo/conv_block.h"

#include <cmath>

namespace jetmeter {
namespace {

// Where the largest of several values is taken. Of nine normal values the mean square of the
// largest is 2.6; neighbours in a picture are alike, and so it is less.
constexpr double kPoolPower = 1.6;

std::string clip_at_6(NetBuilder& net, const std::string& name, const std::string& x) {
  return net.op("Clip", name, {x, net.scalar(name + ".least", 0), net.scalar(name + ".most", 6)});
}

// As exporters write it before opset 20: x * (1 + erf(x / sqrt 2)) / 2.
std::string gelu(NetBuilder& net, const std::string& name, const std::string& x) {
  const auto scaled =
      net.op("Div", name + ".scaled", {x, net.scalar(name + ".root", 1.4142135623730951)});
  const auto erf = net.op("Erf", name + ".erf", {scaled});
  const auto sum = net.op("Add", name + ".sum", {erf, net.scalar(name + ".one", 1)});
  const auto product = net.op("Mul", name + ".product", {x, sum});
  return net.op("Mul", name, {product, net.scalar(name + ".half", 0.5)});
}

// x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))).
std::string gelu_tanh(NetBuilder& net, const std::string& name, const std::string& x) {
  const auto mul = [&](const std::string& part, const std::string& a, const std::string& b) {
    return net.op("Mul", name + part, {a, b});
  };
  const auto square = mul(".square", x, x);
  const auto small = mul(".small", square, net.scalar(name + ".cubic", 0.044715));
  const auto slope = net.op("Add", name + ".slope", {small, net.scalar(name + ".one", 1)});
  const auto inner =
      mul(".inner", mul(".cube", x, slope), net.scalar(name + ".factor", 0.7978845608028654));
  const auto tanh = net.op("Tanh", name + ".tanh", {inner});
  const auto sum = net.op("Add", name + ".sum", {tanh, net.scalar(name + ".unit", 1)});
  return mul("", mul(".product", x, sum), net.scalar(name + ".half", 0.5));
}

}  // namespace

double activated_power(ZooActivation activation, double power) {
  switch (activation) {
    case ZooActivation::none: return power;
    case ZooActivation::relu:
    case ZooActivation::relu6: return power / 2;
    // Their own share is 0.36 at unit variance, less below and up to 0.5 above: taken at its word,
    // a deep network runs away to either side. With the largest it comes back, and biases keep it
    // from dying (Conv's, below).
    case ZooActivation::silu: return 0.5 * power;
    case ZooActivation::gelu:
    case ZooActivation::gelu_tanh: return 0.425 * power;
  }
  return power;
}

std::string activate(NetBuilder& net, const std::string& name, const std::string& x,
                     ZooActivation activation) {
  switch (activation) {
    case ZooActivation::none: break;
    case ZooActivation::relu: return net.op("Relu", name, {x});
    case ZooActivation::relu6: return clip_at_6(net, name, x);
    case ZooActivation::silu:
      return net.op("Mul", name, {x, net.op("Sigmoid", name + ".sigmoid", {x})});
    case ZooActivation::gelu: return gelu(net, name, x);
    case ZooActivation::gelu_tanh: return gelu_tanh(net, name, x);
  }
  return x;
}

FeatureMap activate(NetBuilder& net, const std::string& name, const FeatureMap& x,
                    ZooActivation activation) {
  FeatureMap y = x;
  y.name = activate(net, name, x.name, activation);
  y.power = activated_power(activation, x.power);
  return y;
}

// Biases of half the deviation behind SiLU add the quarter of power that its share was taken too
// large by.
double bias_deviation(const ConvBlock& block) {
  return (block.activation == ZooActivation::silu && !block.balanced ? 0.5 : 0.1) * block.gain;
}

FeatureMap conv(NetBuilder& net, const std::string& name, const FeatureMap& x,
                const ConvBlock& block) {
  const auto k = block.kernel, pad = block.padded ? k / 2 : 0, inputs = x.channels / block.groups;
  const auto reads = static_cast<double>(inputs * k * k);
  std::vector<std::string> operands{
      x.name,
      net.weight(name + ".weight", {block.channels, inputs, k, k},
                 {.deviation = block.gain / std::sqrt(reads * x.power),
                  .balanced = block.balanced ? static_cast<std::uint32_t>(inputs * k * k) : 1})};
  if (block.bias)
    operands.push_back(net.weight(name + ".bias", {block.channels},
                                  {.deviation = bias_deviation(block), .mean = block.bias_mean}));
  FeatureMap y{name, block.channels, (x.size + 2 * pad - k) / block.stride + 1,
               block.gain * block.gain};
  net.op("Conv", name, std::move(operands),
         {{"dilations", std::vector<std::int64_t>{1, 1}},
          {"group", block.groups},
          {"kernel_shape", std::vector<std::int64_t>{k, k}},
          {"pads", std::vector<std::int64_t>{pad, pad, pad, pad}},
          {"strides", std::vector<std::int64_t>{block.stride, block.stride}}});
  return activate(net, name + ".act", y, block.activation);
}

FeatureMap add(NetBuilder& net, const std::string& name, const FeatureMap& a, const FeatureMap& b) {
  return {net.op("Add", name, {a.name, b.name}), a.channels, a.size, a.power + b.power};
}

FeatureMap concat_channels(NetBuilder& net, const std::string& name,
                           const std::vector<FeatureMap>& parts) {
  FeatureMap y{name, 0, parts.front().size, 0};
  std::vector<std::string> names;
  for (const auto& part : parts) {
    names.push_back(part.name);
    y.channels += part.channels;
    y.power += part.power * static_cast<double>(part.channels);
  }
  y.power /= static_cast<double>(y.channels);
  net.concat(name, std::move(names), 1);
  return y;
}

FeatureMap max_pool(NetBuilder& net, const std::string& name, const FeatureMap& x,
                    std::int64_t kernel, std::int64_t stride) {
  const auto pad = kernel / 2;
  FeatureMap y = x;
  y.name = net.op("MaxPool", name, {x.name},
                  {{"kernel_shape", std::vector<std::int64_t>{kernel, kernel}},
                   {"pads", std::vector<std::int64_t>{pad, pad, pad, pad}},
                   {"strides", std::vector<std::int64_t>{stride, stride}}});
  y.size = (x.size + 2 * pad - kernel) / stride + 1;
  y.power = x.power * kPoolPower;
  return y;
}

FeatureMap upsample(NetBuilder& net, const std::string& name, const FeatureMap& x) {
  // Resize takes its scales as float32 whatever the model is of.
  const auto scales = net.op("Constant", name + ".scales", {},
                             {{"value", float_tensor("", {4}, std::vector<float>{1, 1, 2, 2})}});
  net.op("Resize", name, {x.name, "", scales},
         {{"mode", std::string("nearest")},
          {"coordinate_transformation_mode", std::string("asymmetric")},
          {"nearest_mode", std::string("floor")}});
  return {name, x.channels, 2 * x.size, x.power};
}

}  // namespace jetmeter
