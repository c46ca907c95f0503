// Samples of known distributions, repeatable from a seed.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace jetmeter::test {

class Draws {
 public:
  explicit Draws(std::uint64_t seed) : random_(seed) {}

  double normal() { return normal_(random_); }
  double uniform() { return uniform_(random_); }
  double exponential() { return -std::log1p(-uniform()); }

  // Of the kind `shape` makes of a standard normal.
  template <typename Shape>
  std::vector<double> shaped(std::size_t n, const Shape& shape) {
    std::vector<double> values(n);
    for (double& x : values) x = shape(normal());
    return values;
  }
  // First-order autoregressive with the same marginal distribution as `shaped`.
  template <typename Shape>
  std::vector<double> autoregressive(std::size_t n, double phi, const Shape& shape) {
    std::vector<double> values(n);
    double state = normal();
    for (double& x : values) {
      x = shape(state);
      state = phi * state + std::sqrt(1 - phi * phi) * normal();
    }
    return values;
  }
  // Two normals, the lower with `share` of the samples.
  std::vector<double> bimodal(std::size_t n, double low, double high, double scatter,
                              double share) {
    std::vector<double> values(n);
    for (double& x : values) x = (uniform() < share ? low : high) + scatter * normal();
    return values;
  }

 private:
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
};

// P[X <= x] of `bimodal`.
inline double bimodal_probability(double x, double low, double high, double scatter, double share) {
  const auto below = [=](double center) {
    return std::erfc((center - x) / scatter / std::sqrt(2.0)) / 2;
  };
  return share * below(low) + (1 - share) * below(high);
}

inline double as_is(double z) {
  return z;
}
// A latency in ms: 10 with 3 % scatter.
inline double latency(double z) {
  return 10 * std::exp(0.03 * z);
}

}  // namespace jetmeter::test
