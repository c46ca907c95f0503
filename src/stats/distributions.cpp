#include "stats/distributions.h"

#include <cassert>
#include <cmath>
#include <numbers>

namespace jetmeter::stats {
namespace {

// The continued fraction of I_x(a, b) by Lentz's method (DLMF 8.17.22). It converges fast for
// x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  constexpr double kPrecision = 1e-15;
  constexpr int kMostSteps = 1'000'000;
  const auto away_from_zero = [](double v) { return std::abs(v) < kTiny ? kTiny : v; };
  double c = 1;
  double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m <= kMostSteps; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    fraction *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    fraction *= d * c;
    if (std::abs(d * c - 1) < kPrecision) break;
  }
  return fraction;
}

// Where a falling function crosses `target`, between 0 and a bound that is doubled until it does.
template <typename Falling>
double crossing(const Falling& falling, double target) {
  double low = 0, high = 1;
  while (falling(high) > target) high *= 2;
  for (int step = 0; step < 100 && low < high; ++step) {
    const double middle = low + (high - low) / 2;
    (falling(middle) > target ? low : high) = middle;
  }
  return high;
}

}  // namespace

double log_gamma(double x) {
  assert(x > 0);
  double shift = 1;
  for (; x < 12; x += 1) shift *= x;  // Stirling's series is exact to 1e-15 from 12 on
  const double inverse = 1 / x;
  const double square = inverse * inverse;
  const double series =
      inverse *
      (1.0 / 12 -
       square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square / 1188))));
  return (x - 0.5) * std::log(x) - x + 0.5 * std::log(2 * std::numbers::pi) + series -
         std::log(shift);
}

double incomplete_beta(double a, double b, double x) {
  assert(a > 0 && b > 0 && x >= 0 && x <= 1);
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * std::log(x) +
                                b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double normal_two_sided(double confidence) {
  assert(confidence > 0 && confidence < 1);
  return crossing([](double z) { return std::erfc(z / std::numbers::sqrt2); }, 1 - confidence);
}

double student_two_sided(double degrees, double confidence) {
  assert(degrees > 0 && confidence > 0 && confidence < 1);
  const auto beyond = [degrees](double t) {
    return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t));
  };
  return crossing(beyond, 1 - confidence);
}

}  // namespace jetmeter::stats
