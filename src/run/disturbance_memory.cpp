#include <fmt/format.h>

#include <algorithm>

#include "jetmeter/core.h"
#include "run/disturbance_detectors.h"

namespace jetmeter {
namespace {

// 256 pages. The kernel puts a few away when nothing is short; no frame can feel that.
constexpr double kLeastSwapped = 1 << 20;  // bytes
// Percent of the time in which some task waited for memory. PSI's own resolution is 0.01; a run
// that has room shows 0.00, and from 1 on a hundredth of the time is lost.
constexpr double kPressure = 1;
// Of the time in which every task waited. What is told as 0.0 % was no shortage.
constexpr double kFullPressure = 0.05;
// The kernel's mean over 10 s falls to exp(-2/10) = 0.82 of itself in each of its steps of 2 s
// when nothing waits any more. A step that keeps more than this has seen something new.
constexpr double kPureDecay = 0.87;

double growth(const SpanReading& reading) {
  return reading.before ? std::max(reading.value - *reading.before, 0.0) : 0;
}

double growth(const std::vector<SpanReading>& readings) {
  double sum = 0;
  for (const auto& reading : readings) sum += growth(reading);
  return sum;
}

std::string size_of(double bytes) {
  return format_bytes(static_cast<std::uint64_t>(bytes));
}

void detect_swapping(const DisturbanceFacts& facts, Disturbances& found) {
  const auto measured = *facts.measured();
  const auto in = within(readings_of(facts.histories, "swap.in"), measured);
  const auto out = within(readings_of(facts.histories, "swap.out"), measured);
  const double bytes_in = growth(in), bytes_out = growth(out);
  if (bytes_in + bytes_out < kLeastSwapped) return;
  const auto grew = [](const SpanReading& reading) { return growth(reading) > 0; };
  auto when = spans_where(in, grew);
  for (const auto& span : spans_where(out, grew)) when.push_back(span);
  found.push_back(
      {"swapping",
       fmt::format("the machine swapped: {} in, {} out", size_of(bytes_in), size_of(bytes_out)),
       "leave more memory free: close other programs, or take a smaller model or input",
       merged(std::move(when))});
}

// Readings above the threshold, without those in which the mean only remembers.
std::vector<SpanReading> fresh(const std::vector<SpanReading>& readings, double threshold) {
  std::vector<SpanReading> out;
  bool waits = true;
  for (const auto& reading : readings) {
    if (!reading.before)
      waits = true;
    else if (reading.value != *reading.before)
      waits = reading.value > kPureDecay * *reading.before;
    if (waits && reading.value > threshold) out.push_back(reading);
  }
  return out;
}

double highest(const std::vector<SpanReading>& readings) {
  double most = 0;
  for (const auto& reading : readings) most = std::max(most, reading.value);
  return most;
}

void detect_pressure(const DisturbanceFacts& facts, Disturbances& found) {
  const auto measured = *facts.measured();
  const auto above = [&](std::string_view channel, double threshold) {
    return within(fresh(readings_of(facts.histories, channel), threshold), measured);
  };
  const auto some = above("pressure.memory", kPressure);
  const auto full = above("pressure.memory_full", kFullPressure);
  TimeSpans when;
  for (const auto* readings : {&some, &full})
    for (const auto& reading : *readings) when.push_back(reading.span);
  if (when.empty()) return;
  found.push_back({"memory_pressure",
                   fmt::format("programs waited for memory: up to {:.1f} % of 10 s some of them, "
                               "up to {:.1f} % all of them",
                               highest(above("pressure.memory", 0)), highest(full)),
                   "leave more memory free: close other programs, or take a smaller model or input",
                   merged(std::move(when))});
}

}  // namespace

void detect_memory_shortage(const DisturbanceFacts& facts, Disturbances& found) {
  detect_swapping(facts, found);
  detect_pressure(facts, found);
}

}  // namespace jetmeter
