#include "telemetry/tegrastats_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace jetmeter {
namespace {

constexpr int kSecondsPerDay = 86'400;

// Of "10-08-2026 04:35:02".
std::optional<int> second_of_day(std::string_view timestamp) {
  if (timestamp.size() < 8) return std::nullopt;
  const auto clock = timestamp.substr(timestamp.size() - 8);
  int parts[3] = {};
  for (std::size_t i = 0; i < clock.size(); ++i) {
    const char c = clock[i];
    if (i % 3 == 2 ? c != ':' : c < '0' || c > '9') return std::nullopt;
    if (i % 3 != 2) parts[i / 3] = parts[i / 3] * 10 + (c - '0');
  }
  return (parts[0] * 60 + parts[1]) * 60 + parts[2];
}

// Of digits alone.
int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

}  // namespace

// Of "10-08-2026 04:35:02", where the month comes first as the tool's manual has it. A log whose
// dates contradict that is of a tool that nobody knows; its dates are not guessed at.
std::string TegrastatsLog::local_time(std::string_view timestamp) {
  const auto second = second_of_day(timestamp);
  if (timestamp.size() != 19 || !second || *second >= kSecondsPerDay) return {};
  const auto month = number(timestamp.substr(0, 2)), day = number(timestamp.substr(3, 2));
  const auto year = number(timestamp.substr(6, 4));
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  month_first_ = month_first_ && date.ok();
  if (!month_first_) return {};
  return fmt::format("{:04}-{:02}-{:02}T{}", year, month, day, timestamp.substr(11));
}

// The tool can be asked for ten lines a second, but writes whole seconds only.
Nanoseconds TegrastatsLog::time_of(std::string_view timestamp) {
  constexpr int kMostPerSecond = 19;
  const auto second = second_of_day(timestamp);
  const bool same = second && second_of_day_ && *second == *second_of_day_;
  if (same) {
    in_this_second_ = std::min(in_this_second_ + 1, kMostPerSecond);
  } else {
    const int passed = second && second_of_day_
                           ? (*second - *second_of_day_ + kSecondsPerDay) % kSecondsPerDay
                           : 1;
    if (!first_) whole_ += std::chrono::seconds(passed);
    in_this_second_ = 0;
  }
  first_ = false;
  second_of_day_ = second;
  return whole_ + in_this_second_ * std::chrono::milliseconds(50);
}

bool TegrastatsLog::understand(std::string_view text, RecordedReading& out) {
  if (!parse_tegrastats(text, line_)) return false;
  unknown_.add(line_.unknown, line_.unknown_count);
  const TegrastatsChannels fields(line_);
  out.at = time_of(line_.timestamp);
  out.time.reset();
  out.local_time = local_time(line_.timestamp);
  out.source = "tegrastats";
  out.channels.assign(fields.channels().begin(), fields.channels().end());
  out.values.assign(out.channels.size(), std::nullopt);
  fields.fill(line_, out.values);
  out.gap.reset();
  return true;
}

}  // namespace jetmeter
