// A small generator whose numbers are the same with every standard library; std's distributions
// are not.
#pragma once

#include <cstdint>

namespace jetmeter {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  // SplitMix64 (Steele, Lea, Flood 2014).
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
  // [0, 1)
  float uniform() { return static_cast<float>(next() >> 40U) * 0x1.0p-24F; }
  float between(float low, float high) { return low + (high - low) * uniform(); }
  // 0 … n-1. REQUIRES: n > 0.
  int below(int n) { return static_cast<int>(next() % static_cast<std::uint64_t>(n)); }
  // Mean 0, deviation 1, never beyond 3.5: the sum of four uniforms, scaled.
  float normal() {
    std::uint64_t bits = next();
    std::uint64_t sum = 0;
    for (int i = 0; i < 4; ++i, bits >>= 16U) sum += bits & 0xFFFFU;
    constexpr float kDeviations = 1.7320508F;  // 1 / sqrt(4 / 12)
    return (static_cast<float>(sum) * 0x1.0p-16F - 2) * kDeviations;
  }

 private:
  std::uint64_t state_;
};

}  // namespace jetmeter
