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

void put_time(std::string& line, WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  fmt::format_to(std::back_inserter(line), R"("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z")",
                 int(date.year()), unsigned(date.month()), unsigned(date.day()),
                 clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                 clock.subseconds().count());
}

void put_time(std::string& line, std::string_view local_time) {
  put_string(line, local_time);
}

template <typename Time>
void begin_line(std::string& line, Time time, Nanoseconds at, std::string_view source) {
  line = R"({"time":)";
  put_time(line, time);
  fmt::format_to(std::back_inserter(line), R"(,"monotonic_ns":{},"source":)", at.count());
  put_string(line, source);
}

void put_values(std::string& line, std::span<const Channel> channels,
                std::span<const std::optional<double>> values) {
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

void put_gap(std::string& line, std::string_view reason) {
  line += R"(,"gap":)";
  if (reason.empty())
    line += "null";
  else
    put_string(line, reason);
  line += '}';
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
  constexpr std::string_view kForm = "0000-00-00T00:00:00.000000Z";
  if (text.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i)
    if (kForm[i] != '0' && text[i] != kForm[i]) return std::nullopt;
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

// "2026-01-31T12:00:00", and nothing else.
bool is_local_time(const std::string& text) {
  return text.size() == 19 && parse_utc(text + ".000000Z");
}

void take_time(const nlohmann::json& line, RecordedReading& out) {
  out.time.reset();
  out.local_time.clear();
  const auto time = line.find("time");
  if (time == line.end() || !time->is_string()) return;
  const auto& text = time->get_ref<const std::string&>();
  out.time = parse_utc(text);
  if (is_local_time(text)) out.local_time = text;
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
  put_values(line, channels, values);
}

void write_reading(std::string& line, std::string_view local_time, Nanoseconds at,
                   std::string_view source, std::span<const Channel> channels,
                   std::span<const std::optional<double>> values) {
  begin_line(line, local_time, at, source);
  put_values(line, channels, values);
}

void write_gap(std::string& line, WallTime time, Nanoseconds at, std::string_view source,
               std::string_view reason) {
  begin_line(line, time, at, source);
  put_gap(line, reason);
}

void write_gap(std::string& line, std::string_view local_time, Nanoseconds at,
               std::string_view source, std::string_view reason) {
  begin_line(line, local_time, at, source);
  put_gap(line, reason);
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
  take_time(json, out);
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
