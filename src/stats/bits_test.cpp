#include "stats/bits.h"

#include <gtest/gtest.h>

#include <random>

#include "stats/autocorrelation.h"

namespace jetmeter::stats {
namespace {

struct Both {
  Bits bits;
  std::vector<double> numbers;
};

// Stays what it is with probability `stay`.
Both drawn(std::size_t n, double stay) {
  std::mt19937_64 random(n);
  std::uniform_real_distribution<double> uniform;
  Both both{Bits(n), std::vector<double>(n)};
  bool now = false;
  for (std::size_t i = 0; i < n; ++i) {
    if (uniform(random) > stay) now = uniform(random) < 0.3;
    both.bits.set(i, now);
    both.numbers[i] = now ? 1 : 0;
  }
  return both;
}

TEST(Bits, CountsPairsAtEveryLag) {
  for (const std::size_t n : {1, 63, 64, 65, 300}) {
    const auto [bits, numbers] = drawn(n, 0.5);
    for (std::size_t lag = 0; lag < n; ++lag) {
      std::size_t pairs = 0;
      for (std::size_t i = 0; i + lag < n; ++i)
        pairs += numbers[i] > 0 && numbers[i + lag] > 0 ? 1 : 0;
      EXPECT_EQ(bits.pairs(lag), pairs) << n << " " << lag;
    }
  }
}

TEST(Bits, RememberAsLongAsTheNumbersThatTheyStandFor) {
  for (const double stay : {0.0, 0.8, 0.99})
    for (const std::size_t n : {3, 50, 999, 20'000}) {
      const auto [bits, numbers] = drawn(n, stay);
      const Memory memory{.telling_share = 0.6};
      const double expected = autocorrelation_time(numbers, memory);
      EXPECT_NEAR(autocorrelation_time(bits, memory), expected, 1e-6 * expected)
          << stay << " " << n;
    }
}

TEST(Bits, ThatAreAllTheSameRememberNothing) {
  Bits ones(100);
  for (std::size_t i = 0; i < ones.size(); ++i) ones.set(i, true);
  EXPECT_EQ(autocorrelation_time(ones), 1);
  EXPECT_EQ(autocorrelation_time(Bits(100)), 1);
}

}  // namespace
}  // namespace jetmeter::stats
