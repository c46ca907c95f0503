#include "zoo/sine_positions.h"

#include <cmath>

namespace jetmeter {
namespace {

constexpr double kTwoPi = 6.283185307179586, kTemperature = 10000;

double sine(std::int64_t position, std::int64_t side, std::int64_t channel, std::int64_t channels) {
  const double at = static_cast<double>(position + 1) / static_cast<double>(side) * kTwoPi;
  const double exponent = static_cast<double>(channel / 2 * 2) / static_cast<double>(channels);
  const double angle = at / std::pow(kTemperature, exponent);
  return channel % 2 == 0 ? std::sin(angle) : std::cos(angle);
}

}  // namespace

std::vector<float> sine_positions(std::int64_t side, std::int64_t channels) {
  const auto half = channels / 2;
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(side * side * channels));
  for (std::int64_t y = 0; y < side; ++y)
    for (std::int64_t x = 0; x < side; ++x)
      for (std::int64_t c = 0; c < channels; ++c)
        values.push_back(static_cast<float>(sine(c < half ? y : x, side, c % half, half)));
  return values;
}

}  // namespace jetmeter
