#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "jetmeter/verify.h"

namespace jetmeter {
namespace {

constexpr std::size_t kReservoir = 65536;

// SplitMix64 of a counter: draws that depend on the place alone.
std::uint64_t scrambled(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15ULL;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

// The least value that 99 % do not exceed.
double p99_of(std::vector<float> errors) {
  if (errors.empty()) return 0;
  const auto rank = static_cast<std::ptrdiff_t>((errors.size() * 99 + 99) / 100 - 1);
  std::nth_element(errors.begin(), errors.begin() + rank, errors.end());
  return static_cast<double>(errors[static_cast<std::size_t>(rank)]);
}

}  // namespace

void DifferenceMeter::add(std::span<const float> a, std::span<const float> b) {
  assert(a.size() == b.size());
  n_ += a.size();
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool finite_a = std::isfinite(a[i]), finite_b = std::isfinite(b[i]);
    not_finite_a_ += finite_a ? 0U : 1U;
    not_finite_b_ += finite_b ? 0U : 1U;
    newly_not_finite_ += finite_a && !finite_b ? 1U : 0U;
    if (finite_a && finite_b) add_finite(static_cast<double>(a[i]), static_cast<double>(b[i]));
  }
}

void DifferenceMeter::add_finite(double a, double b) {
  const double error = std::fabs(a - b);
  dot_ += a * b;
  a_square_ += a * a;
  b_square_ += b * b;
  error_square_ += error * error;
  error_sum_ += error;
  max_error_ = std::max(max_error_, error);
  max_reference_ = std::max(max_reference_, std::fabs(a));
  ++seen_;
  // The difference of two floats may be beyond the largest.
  constexpr auto kMost = static_cast<double>(std::numeric_limits<float>::max());
  const auto kept = static_cast<float>(std::min(error, kMost));
  if (kept_.size() < kReservoir)
    kept_.push_back(kept);
  else if (const auto at = scrambled(seen_) % seen_; at < kReservoir)
    kept_[static_cast<std::size_t>(at)] = kept;
}

ValueDifference DifferenceMeter::difference() const {
  ValueDifference result;
  result.n = n_;
  result.compared = seen_;
  result.not_finite_a = not_finite_a_;
  result.not_finite_b = not_finite_b_;
  result.newly_not_finite = newly_not_finite_;
  result.mismatch = mismatch_;
  if (a_square_ > 0 && b_square_ > 0)
    result.cosine = std::clamp(dot_ / std::sqrt(a_square_) / std::sqrt(b_square_), -1.0, 1.0);
  if (a_square_ > 0) result.relative_l2 = std::sqrt(error_square_ / a_square_);
  result.max_error = max_error_;
  result.p99_error = p99_of(kept_);
  result.mean_error = seen_ > 0 ? error_sum_ / static_cast<double>(seen_) : 0;
  result.max_reference = max_reference_;
  return result;
}

}  // namespace jetmeter
