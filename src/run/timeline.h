// Times in which something held, taken from the readings of a channel. Pure.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/sampler.h"

namespace jetmeter {

struct TimeSpan {
  Nanoseconds from{0}, to{0};  // `to` is not in it

  double seconds() const { return std::chrono::duration<double>(to - from).count(); }
  bool overlaps(const TimeSpan& other) const { return from < other.to && other.from < to; }
  bool operator==(const TimeSpan&) const = default;
};

// In the order of time, without overlaps.
using TimeSpans = std::vector<TimeSpan>;

TimeSpans merged(TimeSpans);
TimeSpans clipped(const TimeSpans&, const TimeSpan& to);
double total_seconds(const TimeSpans&);

// A reading, and the time that it speaks for: since the reading before. After a gap, of more than
// three times the usual distance, it speaks for the usual distance alone.
struct SpanReading {
  TimeSpan span;
  double value = 0;
  std::optional<double> before;  // the reading before; absent for the first and after a gap
};
// The first reading speaks for the usual distance; a lone one for nothing.
std::vector<SpanReading> span_readings(std::span<const HistoryPoint>);
std::vector<SpanReading> within(std::vector<SpanReading>, const TimeSpan&);

TimeSpans spans_where(std::span<const SpanReading>,
                      const std::function<bool(const SpanReading&)>& holds);
// Of the reading that speaks for this moment; absent in a gap.
std::optional<double> value_at(std::span<const SpanReading>, Nanoseconds);

// Histories by the name of their channel.
using Histories = std::map<std::string, std::vector<HistoryPoint>, std::less<>>;
// Of `channel`, else of what the tool tegrastats says of it; empty when neither is there.
std::vector<SpanReading> readings_of(const Histories&, std::string_view channel);
// What follows `prefix` in the names of the channels, "tegrastats." left out, each once.
std::vector<std::string> subjects_of(const Histories&, std::string_view prefix);

// What holds its first value before its first point, and its last after its last: with points at
// the ends of `time`, too. Empty stays empty.
std::vector<HistoryPoint> held_over(std::vector<HistoryPoint>, const TimeSpan& time);

// Of a copy; absent for no values.
std::optional<double> median_of(std::vector<double>);

}  // namespace jetmeter
