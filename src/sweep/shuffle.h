// An order drawn from a seed. The standard library's distributions and std::shuffle differ between
// libraries; the same seed must give the same plan on every board.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace jetmeter {

// SplitMix64 (Steele, Lea, Flood 2014).
class SweepRandom {
 public:
  explicit SweepRandom(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  // 0 … bound-1, each equally likely; `bound` above 0.
  std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t uneven = (0 - bound) % bound;  // 2^64 mod bound
    std::uint64_t draw = next();
    while (draw < uneven) draw = next();
    return draw % bound;
  }

 private:
  std::uint64_t state_;
};

// Fisher and Yates.
template <typename T>
void shuffle_sweep(std::vector<T>& items, SweepRandom& random) {
  for (std::size_t i = items.size(); i > 1; --i)
    std::swap(items[i - 1], items[static_cast<std::size_t>(random.below(i))]);
}

}  // namespace jetmeter
