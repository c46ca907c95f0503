#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "jetmeter/recording.h"

namespace jetmeter {
namespace {

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

void put_escaped(std::string& line, char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0x20 || byte >= 0x7F)
    fmt::format_to(std::back_inserter(line), "\\u{:04x}", byte < 0x80 ? byte : '?');
  else
    line.append({'\\', c});
}

void put_string(std::string& line, std::string_view text) {
  line += '"';
  if (std::all_of(text.begin(), text.end(), is_plain))
    line += text;
  else
    for (const char c : text) is_plain(c) ? void(line += c) : put_escaped(line, c);
  line += '"';
}

void begin_line(std::string& line, WallTime time, Nanoseconds at, std::string_view source) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  line.clear();
  fmt::format_to(
      std::back_inserter(line),
      R"({{"time":"{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z","monotonic_ns":{},"source":)",
      int(date.year()), unsigned(date.month()), unsigned(date.day()), clock.hours().count(),
      clock.minutes().count(), clock.seconds().count(), clock.subseconds().count(), at.count());
  put_string(line, source);
}

// The digits at text[begin, begin + count) as a number; absent when they are not all digits.
std::optional<int> digits(std::string_view text, std::size_t begin, std::size_t count) {
  int value = 0;
  for (const char c : text.substr(begin, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// "2026-01-31T12:00:00.123456Z", and nothing else.
std::optional<WallTime> parse_utc(std::string_view text) {
  if (text.size() != 27 || text[10] != 'T' || text[19] != '.' || text[26] != 'Z')
    return std::nullopt;
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  const auto micros = digits(text, 20, 6);
  if (!year || !month || !day || !hour || !minute || !second || !micros) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(*hour) +
         std::chrono::minutes(*minute) + std::chrono::seconds(*second) +
         std::chrono::microseconds(*micros);
}

// So that differences of times and sums of some do not overflow.
constexpr Nanoseconds kLatest(std::int64_t{1} << 60);

struct PrefixUnit {
  std::string_view prefix;
  Unit unit;
};
// The first that matches counts.
constexpr std::array kUnits{PrefixUnit{"load.", Unit::percent},
                            PrefixUnit{"pressure.", Unit::percent},
                            PrefixUnit{"fan.duty", Unit::percent},
                            PrefixUnit{"clock.", Unit::hertz},
                            PrefixUnit{"memory.largest_free_blocks", Unit::count},
                            PrefixUnit{"memory.", Unit::byte},
                            PrefixUnit{"swap.", Unit::byte},
                            PrefixUnit{"temperature.", Unit::celsius},
                            PrefixUnit{"power.", Unit::watt},
                            PrefixUnit{"energy.", Unit::joule},
                            PrefixUnit{"fan.", Unit::rpm},
                            PrefixUnit{"throttle.", Unit::count},
                            PrefixUnit{"process.threads", Unit::count},
                            PrefixUnit{"process.minor_faults", Unit::count},
                            PrefixUnit{"process.major_faults", Unit::count},
                            PrefixUnit{"process.", Unit::byte}};

bool take_values(const nlohmann::json& values, RecordedReading& out) {
  if (!values.is_object()) return false;
  for (const auto& [name, value] : values.items()) {
    if (!value.is_number()) continue;
    out.channels.push_back({name, unit_of_channel(name)});
    out.values.emplace_back(value.get<double>());
  }
  return true;
}

bool take_gap(const nlohmann::json& gap, RecordedReading& out) {
  if (!gap.is_string() && !gap.is_null()) return false;
  out.gap = gap.is_null() ? std::string() : gap.get<std::string>();
  return true;
}

}  // namespace

void write_reading(std::string& line, WallTime time, Nanoseconds at, std::string_view source,
                   std::span<const Channel> channels,
                   std::span<const std::optional<double>> values) {
  begin_line(line, time, at, source);
  line += R"(,"values":{)";
  bool first = true;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (!values[i] || !std::isfinite(*values[i])) continue;
    if (!first) line += ',';
    first = false;
    put_string(line, channels[i].name);
    fmt::format_to(std::back_inserter(line), ":{}", *values[i]);
  }
  line += "}}";
}

void write_gap(std::string& line, WallTime time, Nanoseconds at, std::string_view source,
               std::string_view reason) {
  begin_line(line, time, at, source);
  line += R"(,"gap":)";
  if (reason.empty())
    line += "null";
  else
    put_string(line, reason);
  line += '}';
}

bool parse_reading(std::string_view line, RecordedReading& out) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return false;
  const auto at = json.find("monotonic_ns"), source = json.find("source");
  if (at == json.end() || !at->is_number_integer()) return false;
  if (source == json.end() || !source->is_string()) return false;
  out.at = Nanoseconds(at->get<std::int64_t>());
  if (out.at < Nanoseconds(0) || out.at > kLatest) return false;
  out.source = source->get<std::string>();
  const auto time = json.find("time");
  out.time =
      time != json.end() && time->is_string() ? parse_utc(time->get<std::string>()) : std::nullopt;
  out.channels.clear();
  out.values.clear();
  out.gap.reset();
  if (const auto values = json.find("values"); values != json.end())
    return take_values(*values, out);
  const auto gap = json.find("gap");
  return gap != json.end() && take_gap(*gap, out);
}

Unit unit_of_channel(std::string_view name) {
  constexpr std::string_view kTool = "tegrastats.";
  if (name.starts_with(kTool)) name.remove_prefix(kTool.size());
  for (const auto& [prefix, unit] : kUnits)
    if (name.starts_with(prefix)) return unit;
  return Unit::none;
}

}  // namespace jetmeter
