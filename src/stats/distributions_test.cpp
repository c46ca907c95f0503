#include "stats/distributions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace jetmeter::stats {
namespace {

TEST(LogGamma, OfKnownNumbers) {
  EXPECT_NEAR(log_gamma(5), std::log(24.0), 2e-14);
  EXPECT_NEAR(log_gamma(0.5), std::log(std::numbers::pi) / 2, 2e-14);
  EXPECT_NEAR(log_gamma(1), 0, 2e-14);
  EXPECT_NEAR(log_gamma(1e-10), std::log(1e10), 1e-9);
  EXPECT_NEAR(
      log_gamma(3e6),
      3e6 * std::log(3e6) - 3e6 - std::log(3e6) / 2 + std::log(2 * std::numbers::pi) / 2 + 1 / 36e6,
      1e-7);
}

TEST(IncompleteBeta, OfKnownNumbers) {
  EXPECT_NEAR(incomplete_beta(1, 1, 0.3), 0.3, 1e-13);
  EXPECT_NEAR(incomplete_beta(4, 1, 0.3), std::pow(0.3, 4), 1e-14);
  EXPECT_NEAR(incomplete_beta(1, 4, 0.3), 1 - std::pow(0.7, 4), 1e-13);
  EXPECT_NEAR(incomplete_beta(40, 61, 0.5), 1 - 0.0176001001088524, 1e-13);  // P[Bin(100) >= 40]
  EXPECT_EQ(incomplete_beta(2, 3, 0), 0);
  EXPECT_EQ(incomplete_beta(2, 3, 1), 1);
}

TEST(IncompleteBeta, OfMillions) {
  EXPECT_NEAR(incomplete_beta(1.5e6, 1.5e6, 0.5), 0.5, 1e-8);
  // Two standard deviations of Bin(4e6, 1/2) are 2000; the rest is the half of the continuity.
  EXPECT_NEAR(incomplete_beta(2e6 + 2000.5, 2e6 - 1999.5, 0.5),
              std::erfc(2 / std::numbers::sqrt2) / 2, 1e-7);
}

TEST(TwoSided, OfTheTables) {
  EXPECT_NEAR(normal_two_sided(0.95), 1.959963984540054, 1e-12);
  EXPECT_NEAR(student_two_sided(1, 0.95), 12.70620473617471, 1e-9);
  EXPECT_NEAR(student_two_sided(3, 0.95), 3.182446305284263, 1e-10);
  EXPECT_NEAR(student_two_sided(1e6, 0.99), 2.5758344, 1e-5);
}

}  // namespace
}  // namespace jetmeter::stats
