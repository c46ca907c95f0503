#include <algorithm>
#include <cmath>

#include "jetmeter/quantize.h"

namespace jetmeter {
namespace {

// What is smaller is as good as zero beside anything that a network computes with.
constexpr int kLeastExponent = -20;
constexpr int kMostExponent = 128;  // of a float

constexpr std::size_t kCentre = TensorStatistics::kBins;

// Two bins become one, on either side of the centre.
void halve(std::vector<std::uint64_t>& bins) {
  constexpr auto n = TensorStatistics::kBins;
  for (std::size_t i = 0; i < n; ++i) {
    const auto right = bins[kCentre + i], left = bins[kCentre - 1 - i];
    bins[kCentre + i] = bins[kCentre - 1 - i] = 0;
    bins[kCentre + i / 2] += right;
    bins[kCentre - 1 - i / 2] += left;
  }
}

}  // namespace

double TensorStatistics::limit() const {
  return std::ldexp(1.0, exponent_);
}

void TensorStatistics::reach(float magnitude) {
  if (bins_.empty()) {
    bins_.assign(2 * kBins, 0);
    exponent_ = kLeastExponent;
  }
  for (; magnitude > limit() && exponent_ < kMostExponent; ++exponent_) halve(bins_);
}

void TensorStatistics::add(std::span<const float> values) {
  float low = std::numeric_limits<float>::infinity(), high = -low;
  std::uint64_t finite = 0;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    ++finite;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  not_finite_ += values.size() - finite;
  if (finite == 0) return;
  min_ = count_ == 0 ? low : std::min(min_, low);
  max_ = count_ == 0 ? high : std::max(max_, high);
  count_ += finite;
  reach(std::max(-low, high));
  const double per_bin = static_cast<double>(kBins) / limit();
  constexpr auto last = static_cast<std::int64_t>(2 * kBins) - 1;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    const auto at =
        static_cast<std::int64_t>(std::floor(value * per_bin)) + static_cast<std::int64_t>(kCentre);
    ++bins_[static_cast<std::size_t>(std::clamp<std::int64_t>(at, 0, last))];
  }
}

TensorStatistics::Parts TensorStatistics::parts() const {
  return {count_, not_finite_, min_, max_, exponent_, bins_};
}

std::optional<TensorStatistics> TensorStatistics::from_parts(Parts parts) {
  std::uint64_t sum = 0;
  for (const auto bin : parts.bins)
    if (__builtin_add_overflow(sum, bin, &sum)) return std::nullopt;
  const bool sized = parts.bins.empty() ? parts.count == 0 : parts.bins.size() == 2 * kBins;
  const bool in_order =
      std::isfinite(parts.min) && std::isfinite(parts.max) && parts.min <= parts.max;
  const bool in_reach = parts.exponent >= (parts.bins.empty() ? 0 : kLeastExponent) &&
                        parts.exponent <= kMostExponent;
  if (!sized || sum != parts.count || !in_order || !in_reach) return std::nullopt;
  TensorStatistics statistics;
  statistics.count_ = parts.count;
  statistics.not_finite_ = parts.not_finite;
  statistics.min_ = parts.min;
  statistics.max_ = parts.max;
  statistics.exponent_ = parts.exponent;
  statistics.bins_ = std::move(parts.bins);
  if (std::max(-parts.min, parts.max) > statistics.limit() && parts.exponent < kMostExponent)
    return std::nullopt;
  return statistics;
}

}  // namespace jetmeter
