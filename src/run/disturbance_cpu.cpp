#include <fmt/format.h>

#include <algorithm>

#include "run/disturbance_detectors.h"

namespace jetmeter {
namespace {

// The kernel counts CPU time in ticks of 10 ms, of each core and of each process: over half a
// second a core's load is known to 2 %, over a tenth of one to 10 %.
constexpr Nanoseconds kShortestWindow = std::chrono::milliseconds(500);
// In cores. The scheduler has to take turns on a core that another program wants, which a thread
// of an inference notices; a desktop that idles and its daemons take less than half a core.
constexpr double kOtherLoad = 0.5;

// How much CPU time a process had taken at a moment, between two readings by proportion. Absent
// outside its history.
std::optional<double> cpu_seconds_at(std::span<const HistoryPoint> points, Nanoseconds at) {
  const auto after = std::ranges::lower_bound(points, at, {}, &HistoryPoint::at);
  if (after == points.end() || (after == points.begin() && after->at != at)) return std::nullopt;
  if (after->at == at) return after->value;
  const auto before = after - 1;
  const double share = static_cast<double>((at - before->at).count()) /
                       static_cast<double>((after->at - before->at).count());
  return before->value + share * (after->value - before->value);
}

// CPU seconds of all our processes in a time; absent unless all of them are known.
std::optional<double> own_cpu_seconds(const DisturbanceFacts& facts, const TimeSpan& time) {
  if (facts.own_cpu_seconds.empty()) return std::nullopt;
  double sum = 0;
  for (const auto& process : facts.own_cpu_seconds) {
    const auto from = cpu_seconds_at(process, time.from), to = cpu_seconds_at(process, time.to);
    if (!from || !to) return std::nullopt;
    sum += *to - *from;
  }
  return sum;
}

// Mean load over a stretch of at least kShortestWindow without a gap, in cores.
struct LoadWindow {
  TimeSpan span;
  double cores = 0;
};

// The stretch before a gap, and the last one, may be too short to tell; they are left out.
std::vector<LoadWindow> windows_of(std::span<const SpanReading> load, int cores) {
  std::vector<LoadWindow> windows;
  TimeSpan open;  // empty: from == to
  double core_seconds = 0;
  for (const auto& reading : load) {
    if (open.from == open.to || open.to != reading.span.from) {
      open = {reading.span.from, reading.span.from};
      core_seconds = 0;
    }
    core_seconds += reading.value / 100 * cores * reading.span.seconds();
    open.to = reading.span.to;
    if (open.to - open.from < kShortestWindow) continue;
    windows.push_back({open, core_seconds / open.seconds()});
    open = {};
  }
  return windows;
}

}  // namespace

void detect_other_cpu_load(const DisturbanceFacts& facts, Disturbances& found) {
  if (facts.cores <= 0) return;
  const auto measured = *facts.measured();
  TimeSpans when;
  double core_seconds = 0, most = 0;
  const auto load = readings_of(facts.histories, "load.cpu");
  for (const auto& [span, cores] : windows_of(load, facts.cores)) {
    const auto own = own_cpu_seconds(facts, span);
    if (!own || !span.overlaps(measured)) continue;
    const double others = cores - *own / span.seconds();
    if (others < kOtherLoad) continue;
    when.push_back(span);
    core_seconds += others * span.seconds();
    most = std::max(most, others);
  }
  if (when.empty()) return;
  const double seconds = total_seconds(when);
  found.push_back(
      {"other_cpu_load",
       fmt::format("other programs took {:.1f} of the {} cores (at most {:.1f}) for {:.1f} s",
                   core_seconds / seconds, facts.cores, most, seconds),
       "close other programs, or wait until they are done; `top` shows which they are",
       merged(std::move(when))});
}

}  // namespace jetmeter
