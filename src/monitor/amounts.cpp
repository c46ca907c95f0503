#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "monitor/blocks.h"

namespace jetmeter {
namespace {

// 1.73, 15.3, 115: three figures, which is what sensors and eyes tell apart.
std::string figures(double value) {
  const double size = std::fabs(value);
  return fmt::format("{:.{}f}", value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

std::string hertz(double value) {
  if (value >= 999.5e6) return figures(value / 1e9) + " GHz";
  return fmt::format("{:.0f} MHz", value / 1e6);
}

}  // namespace

std::string amount(std::optional<double> value, Unit unit) {
  constexpr double kMostBytes = 9e18;
  if (!value || !std::isfinite(*value)) return "-";
  switch (unit) {
    case Unit::percent: return fmt::format("{:.0f} %", *value);
    case Unit::hertz: return hertz(*value);
    case Unit::celsius: return fmt::format("{:.1f}°C", *value);
    case Unit::watt: return figures(*value) + " W";
    case Unit::byte:
      return *value >= 0 && *value < kMostBytes ? format_bytes(static_cast<std::uint64_t>(*value))
                                                : "-";
    default: return fmt::format("{:.0f}", *value);
  }
}

Tone tone_of(double share) {
  constexpr double kMuch = 0.7, kTooMuch = 0.9;
  return share >= kTooMuch ? Tone::alarm : share >= kMuch ? Tone::warning : Tone::good;
}

ScreenBlock titled_block(std::string_view title, std::size_t least, std::size_t width,
                         const ScreenOptions& options) {
  return {heading_line(title, width, options), {}, least, std::string(title)};
}

std::size_t hidden_items(const ScreenBlock& block, std::size_t lines) {
  if (lines >= block.lines.size()) return 0;
  if (block.whole.empty()) return block.lines.size() - lines;
  return block.whole.back() - (lines == 0 ? 0 : block.whole[lines - 1]);
}

std::string heading_line(std::string_view text, std::size_t width, const ScreenOptions& options,
                         std::size_t hidden) {
  const auto mark = hidden > 0 ? fmt::format(" (+{} more)", hidden) : std::string();
  auto shown = clipped(text, width - std::min(width, mark.size())) + mark;
  const auto taken = cell_count(shown);
  std::string rule;
  for (std::size_t i = taken + 1; i < width; ++i) rule += "─";
  return painted(shown, Tone::title, options.color) + (taken < width ? " " : "") +
         painted(rule, Tone::quiet, options.color);
}

}  // namespace jetmeter
