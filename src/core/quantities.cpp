#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "jetmeter/core.h"

namespace jetmeter {
namespace {

struct Suffix {
  std::string_view text;
  double factor;
};

constexpr double kKibi = 1024.0;
constexpr double kNanosecondsPerSecond = 1e9;

constexpr std::array kByteSuffixes{Suffix{"", 1},
                                   Suffix{"b", 1},
                                   Suffix{"k", kKibi},
                                   Suffix{"kib", kKibi},
                                   Suffix{"kb", 1e3},
                                   Suffix{"m", kKibi* kKibi},
                                   Suffix{"mib", kKibi* kKibi},
                                   Suffix{"mb", 1e6},
                                   Suffix{"g", kKibi* kKibi* kKibi},
                                   Suffix{"gib", kKibi* kKibi* kKibi},
                                   Suffix{"gb", 1e9},
                                   Suffix{"t", kKibi* kKibi* kKibi* kKibi},
                                   Suffix{"tib", kKibi* kKibi* kKibi* kKibi},
                                   Suffix{"tb", 1e12}};

constexpr std::array kTimeSuffixes{Suffix{"", kNanosecondsPerSecond},
                                   Suffix{"s", kNanosecondsPerSecond},
                                   Suffix{"ns", 1},
                                   Suffix{"us", 1e3},
                                   Suffix{"ms", 1e6},
                                   Suffix{"min", 60 * kNanosecondsPerSecond},
                                   Suffix{"m", 60 * kNanosecondsPerSecond},
                                   Suffix{"h", 3600 * kNanosecondsPerSecond}};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// A non-negative number followed by one of the suffixes, in the suffixes' base unit.
std::optional<double> parse_quantity(std::string_view text, std::span<const Suffix> suffixes) {
  const std::string clean = lower(text);
  double number = 0;
  const char* end = clean.data() + clean.size();
  const auto [rest, error] = std::from_chars(clean.data(), end, number);
  if (error != std::errc{} || !std::isfinite(number) || number < 0) return std::nullopt;
  std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  const auto found = std::ranges::find(suffixes, unit, &Suffix::text);
  if (found == suffixes.end()) return std::nullopt;
  return number * found->factor;
}

// Three significant figures: 1.23, 12.3, 123.
std::string three_figures(double value) {
  const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f}", value, decimals);
}

}  // namespace

Result<std::uint64_t> parse_bytes(std::string_view text) {
  const auto bytes = parse_quantity(text, kByteSuffixes);
  if (!bytes || *bytes >= static_cast<double>(std::numeric_limits<std::int64_t>::max()))
    return fail(fmt::format("{} is not a size; write 8GiB, 512MiB, 8GB or a number of bytes",
                            in_quotes(text)));
  return static_cast<std::uint64_t>(std::llround(*bytes));
}

std::string format_bytes(std::uint64_t bytes) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1023.5 && unit + 1 < units.size()) {
    value /= kKibi;
    ++unit;
  }
  return fmt::format("{} {}", three_figures(value), units[unit]);
}

Result<Nanoseconds> parse_duration(std::string_view text) {
  const auto nanoseconds = parse_quantity(text, kTimeSuffixes);
  if (!nanoseconds || *nanoseconds >= static_cast<double>(std::numeric_limits<std::int64_t>::max()))
    return fail(fmt::format("{} is not a duration; write 500ms, 10s, 2min or a number of seconds",
                            in_quotes(text)));
  return Nanoseconds(std::llround(*nanoseconds));
}

std::string format_duration(Nanoseconds duration) {
  const auto ns = static_cast<double>(duration.count());
  if (ns < 0) return "-" + format_duration(-duration);
  if (ns < 1e3) return fmt::format("{} ns", duration.count());
  if (ns < 999.5e3) return three_figures(ns / 1e3) + " us";
  if (ns < 999.5e6) return three_figures(ns / 1e6) + " ms";
  if (ns < 99.95e9) return three_figures(ns / 1e9) + " s";
  const auto seconds = std::llround(ns / 1e9);
  if (seconds < 3600) return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {:02} min", seconds / 3600, seconds % 3600 / 60);
}

}  // namespace jetmeter
