// Whether two models, or one model on two runtimes, give the same answers. The arithmetic is pure;
// what runs models needs the backends.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// How far `b` lies from `a`, the reference. Places where either is no finite number are counted and
// left out of the rest.
struct Difference {
  std::uint64_t n = 0;         // places, finite or not
  std::uint64_t compared = 0;  // places where both are finite; where it is 0, no error below counts
  std::uint64_t not_finite_a = 0, not_finite_b = 0;
  std::optional<double> cosine;       // absent when one of the two is all zero or nothing is left
  std::optional<double> relative_l2;  // |a-b| / |a|; absent when a is all zero
  double max_error = 0, p99_error = 0, mean_error = 0;  // absolute
  double max_reference = 0;                             // the largest |a|
};

// Over several runs without keeping their values: add() each, then read. p99 is of a reservoir of
// 65536 places chosen by a fixed rule, the rest is exact. REQUIRES of add(): equal sizes.
class DifferenceMeter {
 public:
  void add(std::span<const float> a, std::span<const float> b);
  Difference difference() const;

 private:
  void add_finite(double a, double b);

  std::uint64_t n_ = 0, seen_ = 0, not_finite_a_ = 0, not_finite_b_ = 0;
  double dot_ = 0, a_square_ = 0, b_square_ = 0, error_square_ = 0, error_sum_ = 0;
  double max_error_ = 0, max_reference_ = 0;
  std::vector<float> kept_;
};

}  // namespace jetmeter
