#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

#include "jetmeter/quantize.h"

namespace jetmeter {
namespace {

constexpr std::size_t kLevels = 128;  // of the magnitude: what 8 bits around zero tell apart
constexpr std::size_t kStride = 8;    // bins between two thresholds that are tried

// ---- percentile --------------------------------------------------------------------------------

// The lower edge of the bin behind which `rank` values lie, counted from the left.
double edge_at(std::span<const std::uint64_t> bins, double limit, double rank) {
  const double width = 2 * limit / static_cast<double>(bins.size());
  double passed = 0;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const auto here = static_cast<double>(bins[i]);
    if (here > 0 && passed + here > rank)
      return -limit + width * (static_cast<double>(i) + (rank - passed) / here);
    passed += here;
  }
  return limit;
}

TensorRange percentile_range(const TensorStatistics& s, double percentile) {
  const double outside = static_cast<double>(s.count()) * (100 - percentile) / 100 / 2;
  const auto low = static_cast<float>(edge_at(s.bins(), s.limit(), outside));
  const auto high =
      static_cast<float>(edge_at(s.bins(), s.limit(), static_cast<double>(s.count()) - outside));
  return {std::max(low, s.min()), std::min(high, s.max())};
}

// ---- entropy -----------------------------------------------------------------------------------

// Counts of magnitudes, up to the largest that was seen.
std::vector<double> magnitudes(const TensorStatistics& s) {
  const auto bins = s.bins();
  constexpr auto n = TensorStatistics::kBins;
  const double largest = std::max(-s.min(), s.max());
  const auto used = static_cast<std::size_t>(largest / s.limit() * static_cast<double>(n)) + 1;
  std::vector<double> counts(std::clamp<std::size_t>(used, 1, n));
  for (std::size_t i = 0; i < counts.size(); ++i)
    counts[i] = static_cast<double>(bins[n + i] + bins[n - 1 - i]);
  return counts;
}

// How much is lost when the first `kept` bins are told in kLevels levels and all beyond them is
// taken for the last: the divergence of what is left from what was there.
double divergence(std::span<const double> counts, std::size_t kept, double beyond) {
  const auto total =
      std::accumulate(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(kept), 0.0);
  double sum = 0;
  for (std::size_t level = 0; level < kLevels; ++level) {
    const auto begin = level * kept / kLevels, end = (level + 1) * kept / kLevels;
    double mass = 0, filled = 0;
    for (auto i = begin; i < end; ++i) {
      mass += counts[i];
      filled += counts[i] > 0 || (i + 1 == kept && beyond > 0) ? 1 : 0;
    }
    for (auto i = begin; i < end; ++i) {
      const double p = (counts[i] + (i + 1 == kept ? beyond : 0)) / (total + beyond);
      if (p <= 0) continue;
      const double q = mass > 0 ? mass / filled / total : 1e-12;
      sum += p * std::log(p / q);
    }
  }
  return sum;
}

// A zero is exact in every grid and says nothing; padding and Relu have many.
double entropy_threshold(const TensorStatistics& s) {
  auto counts = magnitudes(s);
  const double width = s.limit() / static_cast<double>(TensorStatistics::kBins);
  if (counts.size() > 1) counts[0] = counts[1];
  const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
  double inside = 0, least = std::numeric_limits<double>::infinity();
  std::size_t best = counts.size(), summed = 0;
  for (auto kept = std::min(kLevels, counts.size()); kept <= counts.size(); kept += kStride) {
    for (; summed < kept; ++summed) inside += counts[summed];
    if (inside <= 0) continue;
    const double lost = divergence(counts, kept, std::max(0.0, all - inside));
    if (lost < least) {
      least = lost;
      best = kept;
    }
  }
  return static_cast<double>(best) * width;
}

}  // namespace

std::string_view name(CalibrationMethod method) {
  switch (method) {
    case CalibrationMethod::minmax: return "minmax";
    case CalibrationMethod::entropy: return "entropy";
    case CalibrationMethod::percentile: return "percentile";
  }
  return "";
}

TensorRange range_of(const TensorStatistics& statistics, const RangeOptions& options) {
  assert(statistics.count() > 0);
  const TensorRange all{statistics.min(), statistics.max()};
  if (options.method == CalibrationMethod::percentile)
    return percentile_range(statistics, options.percentile);
  if (options.method == CalibrationMethod::minmax) return all;
  const auto threshold = static_cast<float>(entropy_threshold(statistics));
  return {std::max(all.low, -threshold), std::min(all.high, threshold)};
}

}  // namespace jetmeter
