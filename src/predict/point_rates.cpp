#include "predict/point_rates.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace jetmeter {
namespace {

constexpr std::size_t kNeighbours = 4;
// Positions of an image are many and change the rate least.
constexpr double kWeightOfM = 0.5;
// Runtimes have other kernels for channels that fill no vector.
constexpr double kRagged = 9;
constexpr double kNear = 0.05;  // keeps a point from counting without bound

double log_ratio(double a, double b) {
  return std::log2(std::max(a, 1.0) / std::max(b, 1.0));
}

double distance(const CalibrationPoint& point, const Extents& wanted) {
  const auto m = kWeightOfM * log_ratio(point.m, wanted.m);
  const auto n = log_ratio(point.n, wanted.n);
  const auto k = log_ratio(point.k, wanted.k);
  return m * m + n * n + k * k + (point.ragged == wanted.ragged ? 0 : kRagged);
}

double rate_of(const CalibrationPoint& point) {
  return point.work / point.seconds;
}

bool usable(const CalibrationPoint& point) {
  return point.seconds > 0 && point.work > 0;
}

}  // namespace

bool is_ragged(double channels) {
  constexpr double kVector = 16;  // floats in the widest of today
  return std::fmod(channels, kVector) != 0;
}

std::optional<double> product_rate(std::span<const CalibrationPoint> points, std::string_view probe,
                                   bool quantized, const Extents& wanted) {
  std::vector<std::pair<double, double>> near;  // squared distance, rate
  for (const auto& point : points)
    if (point.probe == probe && point.quantized == quantized && usable(point))
      near.emplace_back(distance(point, wanted), rate_of(point));
  if (near.empty()) return std::nullopt;
  std::ranges::sort(near);
  near.resize(std::min(near.size(), kNeighbours));
  double sum = 0, weights = 0;
  for (const auto& [square, rate] : near) {
    const auto weight = 1 / (square + kNear);
    sum += weight * std::log(rate);
    weights += weight;
  }
  return std::exp(sum / weights);
}

std::optional<double> byte_rate(std::span<const CalibrationPoint> points, std::string_view probe,
                                double bytes) {
  std::vector<std::pair<double, double>> sizes;
  for (const auto& point : points)
    if (point.probe == probe && usable(point)) sizes.emplace_back(point.m, rate_of(point));
  if (sizes.empty()) return std::nullopt;
  std::ranges::sort(sizes);
  if (bytes <= sizes.front().first) return sizes.front().second;
  for (std::size_t i = 1; i < sizes.size(); ++i) {
    const auto& [below, slow] = sizes[i - 1];
    const auto& [above, fast] = sizes[i];
    if (bytes > above) continue;
    const auto part = std::log(bytes / below) / std::log(above / below);
    return std::exp(std::log(slow) + part * std::log(fast / slow));
  }
  return sizes.back().second;
}

}  // namespace jetmeter
