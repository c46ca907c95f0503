#include "zoo/rotary.h"

#include <cmath>

namespace jetmeter {

RotaryTable rotary_table(NetBuilder& net, const std::string& name, std::int64_t side,
                         std::int64_t width) {
  const auto quarter = width / 4, tokens = side * side;
  std::vector<float> cosines, sines;
  for (std::int64_t token = 0; token < tokens; ++token)
    for (std::int64_t pair = 0; pair < 2 * quarter; ++pair) {
      const auto at = pair < quarter ? token % side : token / side;
      const double exponent = static_cast<double>(pair % quarter) / static_cast<double>(quarter);
      const double angle = static_cast<double>(at) * std::pow(10000.0, -exponent);
      cosines.push_back(static_cast<float>(std::cos(angle)));
      sines.push_back(static_cast<float>(std::sin(angle)));
    }
  const Shape shape{tokens, width / 2, 1};
  return {net.constant(name + ".cosine", shape, cosines),
          net.constant(name + ".sine", shape, sines), tokens, width};
}

std::string rotate(NetBuilder& net, const std::string& name, const std::string& x,
                   const RotaryTable& table, std::int64_t grids) {
  const auto pairs = net.reshape(name + ".pairs", x, {grids, table.tokens, table.width / 2, 2});
  const auto parts = net.split(name + ".parts", pairs, {1, 1}, 3);
  const auto mul = [&](const std::string& part, const std::string& a, const std::string& b) {
    return net.op("Mul", name + part, {a, b});
  };
  const auto even =
      net.op("Sub", name + ".even",
             {mul(".even_cosine", parts[0], table.cosine), mul(".odd_sine", parts[1], table.sine)});
  const auto odd =
      net.op("Add", name + ".odd",
             {mul(".even_sine", parts[0], table.sine), mul(".odd_cosine", parts[1], table.cosine)});
  const auto turned = net.concat(name + ".turned", {even, odd}, 3);
  return net.reshape(name, turned, {grids, table.tokens, table.width});
}

}  // namespace jetmeter
