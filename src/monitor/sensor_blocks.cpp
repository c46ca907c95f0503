#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "jetmeter/telemetry.h"
#include "jetmeter/thermal_zones.h"
#include "monitor/blocks.h"
#include "monitor/glyphs.h"

namespace jetmeter {
namespace {

// Cells side by side, as many as there is room for.
void add_in_columns(const std::vector<std::string>& items, std::size_t item_width,
                    std::size_t width, ScreenBlock& block) {
  constexpr std::size_t kGap = 2;
  const auto per_line = std::max<std::size_t>((width + kGap) / (item_width + kGap), 1);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i % per_line == 0) {
      block.lines.emplace_back();
      block.whole.push_back(i);
    } else {
      block.lines.back() += std::string(kGap, ' ');
    }
    block.lines.back() += left_in(items[i], std::min(item_width, width));
    ++block.whole.back();
  }
}

// Room for the names: two zones beside each other, unless there are few and their names are long.
std::size_t zone_width(const std::vector<std::string>& zones, std::size_t most) {
  constexpr std::size_t kShort = 10, kFew = 4;
  std::size_t longest = kShort;
  for (const auto& zone : zones) longest = std::max(longest, zone_unit(zone).size() + 1);
  return zones.size() <= kFew ? std::min(longest, most) : kShort;
}

// A number that nothing measured, on a line of its own.
void add_constant(const std::string& zone, double celsius, std::size_t width, ScreenBlock& block) {
  const auto items = block.whole.empty() ? 0 : block.whole.back();
  block.lines.push_back(clipped(
      fmt::format("{} {} (constant)", zone_unit(zone), amount(celsius, Unit::celsius)), width));
  block.whole.push_back(items + 1);
}

Tone heat(double celsius) {
  constexpr double kHot = 75, kTooHot = 90;  // Orin slows down from 99 on
  return celsius >= kTooHot ? Tone::alarm : celsius >= kHot ? Tone::warning : Tone::good;
}

struct PowerRow {
  std::string rail, label;
};

// The rails that a board's power is the sum of; empty where that is not known.
std::vector<std::string> summands_of_board(std::span<const std::string> rails) {
  std::vector<std::string> summands;
  const auto rule = board_power_rule(rails).value_or("");
  for (std::string_view rest = rule; !rest.empty();) {
    constexpr std::string_view kPlus = " + ";
    const auto end = rest.find(kPlus);
    summands.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end == rest.npos ? rest.size() : end + kPlus.size());
  }
  return summands;
}

// A board's power comes first and says what it is: "board = VDD_IN", whose row would say the same
// again, or "board (3 rails)" over the rails that are added. What is indented and not added is in
// it already.
std::vector<PowerRow> power_rows(std::vector<std::string> rails) {
  std::vector<PowerRow> rows;
  const bool board = std::erase(rails, "board") > 0;
  const auto summands = board ? summands_of_board(rails) : std::vector<std::string>();
  for (const auto& summand : summands) std::erase(rails, summand);
  if (board && summands.size() == 1)
    rows.push_back({"board", "board = " + summands.front()});
  else if (board)
    rows.push_back(
        {"board", summands.empty() ? "board" : fmt::format("board ({} rails)", summands.size())});
  if (summands.size() > 1)
    for (const auto& summand : summands) rows.push_back({summand, "+ " + summand});
  for (auto& rail : rails) rows.push_back({rail, (summands.empty() ? "" : "  ") + rail});
  return rows;
}

// No current at all flows where a unit is switched off, as the GPU of a Thor that nobody uses: the
// sensor's 0 belongs into the board's sum, and is no small power.
std::string watts_of(const MonitorChannel& channel) {
  return channel.latest == 0.0 ? "off" : amount(channel.latest, Unit::watt);
}

void add_power(const MonitorView& view, const PowerRow& row, std::size_t width,
               const ScreenOptions& options, ScreenBlock& block) {
  constexpr std::size_t kLabel = 17, kWatts = 8;
  const auto* channel = view.find("power." + row.rail);
  double top = 0;
  for (const auto& point : channel->history) top = std::max(top, point.value);
  const auto room = width > kLabel + kWatts + 1 ? width - kLabel - kWatts - 1 : 0;
  block.lines.push_back(
      left_in(row.label, kLabel) + right_in(watts_of(*channel), kWatts) + " " +
      painted(curve(channel->history, view.at, kCurveSpan, room, top), Tone::quiet, options.color));
}

std::string pressure_text(const MonitorView& view) {
  std::string text;
  for (const auto* what : {"memory", "cpu", "io"}) {
    const auto value = view.value(fmt::format("pressure.{}", what));
    if (value)
      text += fmt::format("{}{} {:.0f}", text.empty() ? "" : " · ",
                          what == std::string_view("memory") ? "mem" : what, *value);
  }
  return text.empty() ? "-" : text + " %";
}

// "largest blocks 12x4 MiB", as tegrastats has it: sizes are powers of two. Empty where it is not
// told.
std::string free_blocks_text(const MonitorView& view) {
  constexpr double kKibibyte = 1024, kMebibyte = kKibibyte * kKibibyte, kMost = 1e15;
  const auto size = view.value("memory.largest_free_block");
  if (!size || *size < 0 || *size > kMost) return "";
  const auto count = view.value("memory.largest_free_blocks");
  const bool large = *size >= kMebibyte;
  return fmt::format("largest block{}{:.0f} {}", count ? fmt::format("s {:.0f}x", *count) : " ",
                     *size / (large ? kMebibyte : kKibibyte), large ? "MiB" : "KiB");
}

// Throttling that happened, or that stands; "none" where all counters are 0.
std::string throttle_text(const MonitorView& view) {
  std::string text;
  bool told = false;
  for (const auto& what : view.subjects("throttle.")) {
    const auto value = view.value("throttle." + what);
    told = told || value;
    if (value.value_or(0) > 0)
      text += fmt::format("{}{} {:.0f}", text.empty() ? "" : " · ", what, *value);
  }
  return !told ? "-" : text.empty() ? "none" : text;
}

std::string fan_text(const MonitorView& view) {
  const auto duty = view.value("fan.duty"), speed = view.value("fan.speed");
  if (!duty && !speed) return "-";
  auto text = duty ? amount(duty, Unit::percent) : std::string();
  if (speed) text += fmt::format("{}{:.0f} rpm", duty ? " · " : "", *speed);
  return text;
}

}  // namespace

ScreenBlock temperature_block(const MonitorView& view, std::size_t width,
                              const ScreenOptions& options) {
  constexpr std::size_t kDegrees = 7;
  auto block = titled_block("Temperature", 2, width, options);
  const auto zones = view.subjects("temperature.");
  const auto name_width = zone_width(zones, width - kDegrees);
  std::vector<std::string> items, unknown, constant;
  for (const auto& zone : zones) {
    const auto value = view.value("temperature." + zone);
    if (value && is_constant_zone(zone)) {
      constant.push_back(zone);
      continue;
    }
    const auto degrees = right_in(amount(value, Unit::celsius), kDegrees);
    auto item = left_in(zone_unit(zone), name_width) +
                (value ? painted(degrees, heat(*value), options.color) : degrees);
    (value ? items : unknown).push_back(std::move(item));
  }
  items.insert(items.end(), unknown.begin(), unknown.end());
  add_in_columns(items, name_width + kDegrees, width, block);
  for (const auto& zone : constant)
    add_constant(zone, *view.value("temperature." + zone), width, block);
  if (block.lines.empty()) block.lines.emplace_back("-");
  return block;
}

ScreenBlock power_block(const MonitorView& view, std::size_t width, const ScreenOptions& options) {
  auto block = titled_block("Power", 2, width, options);
  for (const auto& row : power_rows(view.subjects("power.")))
    add_power(view, row, width, options, block);
  if (block.lines.empty()) block.lines.emplace_back("-");
  return block;
}

ScreenBlock strain_block(const MonitorView& view, std::size_t width, const ScreenOptions& options) {
  constexpr std::size_t kLabel = 10;
  auto block = titled_block("Cooling and limits", 2, width, options);
  const auto add = [&](std::string_view label, const std::string& text) {
    block.lines.push_back(left_in(label, kLabel) + clipped(text, width - kLabel));
  };
  add("throttled", throttle_text(view));
  add("fan", fan_text(view));
  add("pressure", pressure_text(view));
  const auto free_blocks = free_blocks_text(view);
  if (!free_blocks.empty()) add("free", free_blocks);
  return block;
}

}  // namespace jetmeter
