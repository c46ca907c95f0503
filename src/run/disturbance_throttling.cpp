#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "jetmeter/telemetry.h"
#include "run/disturbance_detectors.h"

namespace jetmeter {
namespace {

// In degrees. An Orin throttles near 99 degrees: from 95 on a warm room or a longer run is enough.
constexpr double kThermalMargin = 4;

bool is_alarm(std::string_view subject) {
  return subject.ends_with("_alarm");
}

bool stands(const SpanReading& reading) {
  return reading.value >= 1;
}

bool grew(const SpanReading& reading) {
  return reading.before && reading.value > *reading.before;
}

struct Throttle {
  TimeSpans when;
  std::vector<std::string> words;
};

// Takes what this channel tells of the measured time, if anything.
void add(const DisturbanceFacts& facts, const std::string& subject, Throttle& all) {
  const auto readings =
      within(readings_of(facts.histories, "throttle." + subject), *facts.measured());
  const auto when = spans_where(readings, is_throttle_state(subject) ? stands : grew);
  if (when.empty()) return;
  all.when.insert(all.when.end(), when.begin(), when.end());
  if (is_throttle_state(subject)) {
    all.words.push_back(fmt::format("{} for {:.1f} s", subject, total_seconds(when)));
    return;
  }
  double events = 0;
  for (const auto& reading : readings)
    if (grew(reading)) events += reading.value - *reading.before;
  all.words.push_back(fmt::format("{} {:.0f} times", subject, events));
}

void detect_events(const DisturbanceFacts& facts, Disturbances& found) {
  Throttle events, alarms;
  for (const auto& subject : subjects_of(facts.histories, "throttle.")) {
    if (subject.starts_with("gpu")) {
      Throttle of_gpu;
      add(facts, subject, of_gpu);
      if (!of_gpu.when.empty())
        found.push_back({"throttled",
                         fmt::format("the driver held the GPU back: {}", of_gpu.words.front()),
                         "cool it better, or lower its power limit and state it",
                         merged(std::move(of_gpu.when)), subject, true});
    } else {
      add(facts, subject, is_alarm(subject) ? alarms : events);
    }
  }
  if (!events.words.empty())
    found.push_back({"throttled",
                     fmt::format("the hardware throttled: {}", fmt::join(events.words, ", ")),
                     "too hot or too much current: cool it better, check the power supply, or "
                     "take a lower power mode",
                     merged(std::move(events.when)), "", true});
  if (!alarms.words.empty())
    found.push_back(
        {"over_current_alarm",
         fmt::format("rails were above their current limit: {}", fmt::join(alarms.words, ", ")),
         "check the power supply, or take a lower power mode", merged(std::move(alarms.when))});
}

void detect_heat(const DisturbanceFacts& facts, Disturbances& found) {
  TimeSpans when;
  std::vector<std::string> words;
  for (const auto& [zone, limit] : facts.throttles_at) {
    const auto readings =
        within(readings_of(facts.histories, "temperature." + zone), *facts.measured());
    double highest = 0;
    for (const auto& reading : readings) highest = std::max(highest, reading.value);
    if (highest < limit - kThermalMargin) continue;
    const auto hot = spans_where(
        readings, [&](const auto& reading) { return reading.value >= limit - kThermalMargin; });
    when.insert(when.end(), hot.begin(), hot.end());
    words.push_back(fmt::format("{} {:.1f} °C of {:.0f} °C", zone, highest, limit));
  }
  if (when.empty()) return;
  found.push_back({"near_thermal_limit",
                   fmt::format("the temperature came near that at which the clocks are cut: {}",
                               fmt::join(words, ", ")),
                   "cool it better (fan profile, heat sink, free air), or take a lower power mode",
                   merged(std::move(when))});
}

}  // namespace

void detect_throttling(const DisturbanceFacts& facts, Disturbances& found) {
  detect_events(facts, found);
  detect_heat(facts, found);
}

}  // namespace jetmeter
