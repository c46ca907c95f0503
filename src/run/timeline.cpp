#include "run/timeline.h"

#include <algorithm>
#include <cstddef>
#include <set>

namespace jetmeter {
namespace {

constexpr std::string_view kTool = "tegrastats.";
constexpr int kLongestGap = 3;  // usual distances

Nanoseconds usual_distance(std::span<const HistoryPoint> points) {
  std::vector<double> distances;
  for (std::size_t i = 1; i < points.size(); ++i)
    distances.push_back(static_cast<double>((points[i].at - points[i - 1].at).count()));
  return Nanoseconds(static_cast<std::int64_t>(median_of(std::move(distances)).value_or(0)));
}

}  // namespace

TimeSpans merged(TimeSpans spans) {
  std::ranges::sort(spans, {}, &TimeSpan::from);
  TimeSpans out;
  for (const auto& span : spans) {
    if (span.from >= span.to) continue;
    if (!out.empty() && span.from <= out.back().to)
      out.back().to = std::max(out.back().to, span.to);
    else
      out.push_back(span);
  }
  return out;
}

TimeSpans clipped(const TimeSpans& spans, const TimeSpan& to) {
  TimeSpans out;
  for (const auto& span : spans)
    if (span.overlaps(to)) out.push_back({std::max(span.from, to.from), std::min(span.to, to.to)});
  return out;
}

double total_seconds(const TimeSpans& spans) {
  double sum = 0;
  for (const auto& span : spans) sum += span.seconds();
  return sum;
}

std::vector<SpanReading> span_readings(std::span<const HistoryPoint> points) {
  const auto usual = usual_distance(points);
  std::vector<SpanReading> readings;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const bool follows = i > 0 && points[i].at - points[i - 1].at <= kLongestGap * usual;
    const auto from = follows ? points[i - 1].at : points[i].at - usual;
    readings.push_back({{from, points[i].at},
                        points[i].value,
                        follows ? std::optional(points[i - 1].value) : std::nullopt});
  }
  return readings;
}

std::vector<SpanReading> within(std::vector<SpanReading> readings, const TimeSpan& time) {
  std::erase_if(readings, [&](const auto& reading) { return !reading.span.overlaps(time); });
  return readings;
}

TimeSpans spans_where(std::span<const SpanReading> readings,
                      const std::function<bool(const SpanReading&)>& holds) {
  TimeSpans spans;
  for (const auto& reading : readings)
    if (holds(reading)) spans.push_back(reading.span);
  return merged(std::move(spans));
}

std::optional<double> value_at(std::span<const SpanReading> readings, Nanoseconds at) {
  const auto reading =
      std::ranges::lower_bound(readings, at, {}, [](const SpanReading& r) { return r.span.to; });
  if (reading == readings.end() || reading->span.from > at) return std::nullopt;
  return reading->value;
}

std::vector<SpanReading> readings_of(const Histories& histories, std::string_view channel) {
  auto found = histories.find(channel);
  if (found == histories.end() || found->second.empty())
    found = histories.find(std::string(kTool).append(channel));
  return found == histories.end() ? std::vector<SpanReading>() : span_readings(found->second);
}

std::vector<std::string> subjects_of(const Histories& histories, std::string_view prefix) {
  std::set<std::string> subjects;
  for (const auto& [channel, points] : histories) {
    std::string_view name = channel;
    if (name.starts_with(kTool)) name.remove_prefix(kTool.size());
    if (!points.empty() && name.starts_with(prefix)) subjects.emplace(name.substr(prefix.size()));
  }
  return {subjects.begin(), subjects.end()};
}

std::vector<HistoryPoint> held_over(std::vector<HistoryPoint> points, const TimeSpan& time) {
  if (points.empty()) return points;
  const auto first = points.front(), last = points.back();
  if (time.from < first.at) points.insert(points.begin(), HistoryPoint{time.from, first.value});
  if (last.at < time.to) points.push_back({time.to, last.value});
  return points;
}

std::optional<double> median_of(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  const auto above = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), above, values.end());
  if (values.size() % 2 == 1) return *above;
  const double below = *std::max_element(values.begin(), above);
  return below + 0.5 * (*above - below);
}

}  // namespace jetmeter
