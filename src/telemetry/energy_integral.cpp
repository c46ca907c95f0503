#include "telemetry/energy_integral.h"

#include <algorithm>
#include <span>

namespace jetmeter {
namespace {

double seconds(Nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

// The value at a time, linear between points, constant outside.
double at(std::span<const HistoryPoint> points, Nanoseconds time) {
  const auto after = std::lower_bound(points.begin(), points.end(), time,
                                      [](const auto& point, auto t) { return point.at < t; });
  if (after == points.begin()) return points.front().value;
  if (after == points.end()) return points.back().value;
  const auto before = after - 1;
  const double share = seconds(time - before->at) / seconds(after->at - before->at);
  return before->value + share * (after->value - before->value);
}

}  // namespace

void EnergyIntegral::add(Nanoseconds at, double watts) {
  if (last_ && at <= last_->at) return;
  if (last_ && at - last_->at <= longest_gap_) {
    const double elapsed = seconds(at - last_->at);
    joules_so_far_ += (last_->value + watts) / 2 * elapsed;
    covered_so_far_ += elapsed;
  } else if (last_) {
    // The gap is closed where it begins and where it ends, so that none of it is interpolated.
    joules_.add(at - Nanoseconds(1), joules_so_far_);
    covered_.add(at - Nanoseconds(1), covered_so_far_);
  }
  last_ = HistoryPoint{at, watts};
  joules_.add(at, joules_so_far_);
  covered_.add(at, covered_so_far_);
}

std::optional<Energy> EnergyIntegral::between(Nanoseconds from, Nanoseconds to) const {
  const auto joules = joules_.points();
  const auto covered = covered_.points();
  if (joules.empty() || to <= from) return std::nullopt;
  const Energy energy{at(joules, to) - at(joules, from), at(covered, to) - at(covered, from)};
  return energy.covered_seconds > 0 ? std::optional(energy) : std::nullopt;
}

}  // namespace jetmeter
