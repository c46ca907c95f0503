#include "compare/turns.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

constexpr std::size_t kLeastPairs = 8;

struct Turn {
  bool of_b = false;
  std::vector<double> values;
};

// Both runs' frames in the order of time, cut wherever the other run goes on.
std::vector<Turn> turns_of(const TurnFrames& a, const TurnFrames& b) {
  const double b_later = std::chrono::duration<double>(b.first_start - a.first_start).count();
  std::vector<Turn> turns;
  std::size_t i = 0, j = 0;
  while (i < a.values.size() || j < b.values.size()) {
    const bool next_is_b =
        i == a.values.size() ||
        (j < b.values.size() && b_later + b.started_seconds[j] < a.started_seconds[i]);
    if (turns.empty() || turns.back().of_b != next_is_b) turns.push_back({next_is_b, {}});
    turns.back().values.push_back(next_is_b ? b.values[j++] : a.values[i++]);
  }
  return turns;
}

// Not a number where the turn has too few frames.
double value_of(const Turn& turn, OfTurn of_turn) {
  std::vector<double> values(turn.values.begin() + 1, turn.values.end());
  std::erase_if(values, [](double x) { return !std::isfinite(x); });
  return values.empty() ? std::numeric_limits<double>::quiet_NaN() : of_turn(values);
}

}  // namespace

double turn_median(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  return quantile(sorted, 0.5);
}

double turn_mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::optional<double> ratio_in_turn(const TurnFrames& a, const TurnFrames& b, OfTurn of_turn) {
  std::vector<double> ratios;
  std::optional<double> before;
  for (const auto& turn : turns_of(a, b)) {
    const double now = value_of(turn, of_turn);
    if (before) ratios.push_back(turn.of_b ? now / *before : *before / now);
    before = now;
  }
  std::erase_if(ratios, [](double x) { return !std::isfinite(x) || x <= 0; });
  if (ratios.size() < kLeastPairs) return std::nullopt;
  return turn_median(ratios);
}

}  // namespace jetmeter
