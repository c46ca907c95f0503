#include "run/thermal_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "jetmeter/thermal_zones.h"

namespace jetmeter {
namespace {

// A board with its heat sink warms with a time constant of some minutes, and soaks of half an hour
// rank models otherwise than their first minute does: after ten minutes most of the way is done.
constexpr Nanoseconds kLongEnough = std::chrono::minutes(10);
// Degrees per minute. With a time constant of five minutes such a slope has 2.5 degrees to go,
// which moves no clock; and sensors that tell whole degrees know a slope over three minutes no
// better.
constexpr double kFlat = 0.5;
constexpr std::size_t kFewestReadings = 5;
constexpr Nanoseconds kMinute = std::chrono::minutes(1);
constexpr std::size_t kFewestFrames = 5;  // of a median
constexpr double kMillisecond = 1e6;      // in nanoseconds

double mean_of(std::span<const SpanReading> readings) {
  double sum = 0;
  for (const auto& reading : readings) sum += reading.value;
  return sum / static_cast<double>(readings.size());
}

// The zone that throttling goes by, or of the slot's own processor; else the hottest of all.
int rank(std::string_view zone, std::string_view gpu) {
  const auto unit = zone_unit(zone);
  if (unit == "tj") return 0;
  if (!gpu.empty() && unit == gpu) return 1;
  if (unit == "cpu" || unit == "x86_pkg_temp") return 2;
  return 3;
}

struct Zone {
  std::string name;
  std::vector<SpanReading> readings;
};

std::optional<Zone> choose_zone(const Histories& histories, const SlotFrames& slot) {
  std::optional<Zone> best;
  for (auto& name : subjects_of(histories, "temperature.")) {
    if (is_constant_zone(name)) continue;
    Zone zone{name, within(readings_of(histories, "temperature." + name), *slot.measured())};
    if (zone.readings.empty()) continue;
    const auto order = [&](const Zone& z) {
      return std::pair(rank(z.name, slot.gpu), -mean_of(z.readings));
    };
    if (!best || order(zone) < order(*best)) best = std::move(zone);
  }
  return best;
}

// Least squares, in degrees per minute. Absent for too few readings.
std::optional<double> slope(std::span<const SpanReading> readings) {
  if (readings.size() < kFewestReadings) return std::nullopt;
  const auto minutes = [&](const SpanReading& reading) {
    return TimeSpan{readings.front().span.to, reading.span.to}.seconds() / 60;
  };
  double mean_x = 0;
  for (const auto& reading : readings) mean_x += minutes(reading);
  mean_x /= static_cast<double>(readings.size());
  const double mean_y = mean_of(readings);
  double xy = 0, xx = 0;
  for (const auto& reading : readings) {
    xy += (minutes(reading) - mean_x) * (reading.value - mean_y);
    xx += (minutes(reading) - mean_x) * (minutes(reading) - mean_x);
  }
  return xx > 0 ? std::optional(xy / xx) : std::nullopt;
}

std::optional<double> median_ms(const SlotFrames& slot, const TimeSpan& time) {
  std::vector<double> latencies;
  for (const auto& frame : slot.frames)
    if (Nanoseconds(frame.started_ns) >= time.from && Nanoseconds(frame.started_ns) < time.to)
      latencies.push_back(static_cast<double>(frame.latency_ns) / kMillisecond);
  return latencies.size() >= kFewestFrames ? median_of(std::move(latencies)) : std::nullopt;
}

void compare_minutes(const SlotFrames& slot, const TimeSpan& time, ThermalRecord& record) {
  if (time.to - time.from < 2 * kMinute) return;
  record.first_minute_p50_ms = median_ms(slot, {time.from, time.from + kMinute});
  record.last_minute_p50_ms = median_ms(slot, {time.to - kMinute, time.to});
  const auto& first = record.first_minute_p50_ms;
  const auto& last = record.last_minute_p50_ms;
  if (first && last && *first > 0) record.ratio = *last / *first;
}

using Verdict = std::pair<ThermalVerdict, std::string>;

Verdict judge(const TimeSpan& time, const std::optional<Zone>& zone) {
  const bool long_enough = time.to - time.from >= kLongEnough;
  const auto lasted = format_duration(time.to - time.from);
  const auto needed = format_duration(kLongEnough);
  if (!zone && !long_enough)
    return {ThermalVerdict::unknown,
            fmt::format("no temperature was measured, and {} is less than the {} that it takes",
                        lasted, needed)};
  if (!zone)
    return {ThermalVerdict::unknown,
            fmt::format("no temperature was measured in {}: it may still have risen", lasted)};
  const TimeSpan last_third{time.to - (time.to - time.from) / 3, time.to};
  const auto per_minute = slope(within(zone->readings, last_third));
  const auto now = zone->readings.back().value;
  if (!long_enough)
    return {ThermalVerdict::cold,
            fmt::format("{} is less than the {} that it takes to warm up; {} was at {:.1f} °C at "
                        "the end",
                        lasted, needed, zone->name, now)};
  if (!per_minute)
    return {ThermalVerdict::unknown,
            fmt::format("{} was read too rarely to tell whether it still rose", zone->name)};
  if (*per_minute > kFlat)
    return {ThermalVerdict::cold,
            fmt::format("{} still rose by {:.1f} °C a minute at the end, to {:.1f} °C", zone->name,
                        *per_minute, now)};
  return {ThermalVerdict::sustained,
          fmt::format("{} stayed at {:.1f} °C in {}", zone->name, now, lasted)};
}

}  // namespace

std::optional<ThermalRecord> thermal_record(const SlotFrames& slot, const Histories& histories,
                                            const TimeSpans& slowed) {
  const auto time = slot.measured();
  if (!time) return std::nullopt;
  ThermalRecord record;
  const double cut = total_seconds(clipped(slowed, *time));
  if (cut > 0) {
    record.verdict = ThermalVerdict::throttled;
    record.reason = fmt::format("clocks were cut for {:.1f} s of {}", cut,
                                format_duration(time->to - time->from));
  } else {
    std::tie(record.verdict, record.reason) = judge(*time, choose_zone(histories, slot));
    if (record.verdict == ThermalVerdict::sustained)
      record.reason += subjects_of(histories, "clock.").empty() ? "; clocks were not measured"
                                                                : "; the clocks held";
  }
  compare_minutes(slot, *time, record);
  return record;
}

}  // namespace jetmeter
