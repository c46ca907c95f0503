// The parts of a screen. Each is a heading and lines, the most important first, and is cut from its
// end where a window is low. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/cells.h"
#include "monitor/screen.h"
#include "monitor/view.h"

namespace jetmeter {

struct ScreenBlock {
  std::string heading;  // while all lines are shown
  std::vector<std::string> lines;
  std::size_t least = 0;             // lines that it keeps while others can be cut
  std::string title{};               // for a heading that says how much was cut; empty: none does
  std::vector<std::size_t> whole{};  // per line: the items that end up to it; empty: one a line
};

// With a heading, and no lines yet.
ScreenBlock titled_block(std::string_view title, std::size_t least, std::size_t width,
                         const ScreenOptions&);
// Items of the block that its first `lines` lines do not show, or not whole.
std::size_t hidden_items(const ScreenBlock&, std::size_t lines);

// `text`, then how many items are `hidden` if any, followed by a rule up to the whole width.
std::string heading_line(std::string_view text, std::size_t width, const ScreenOptions&,
                         std::size_t hidden = 0);

ScreenBlock memory_block(const MonitorView&, const ScreenOptions&);
ScreenBlock load_block(const MonitorView&, std::size_t width, const ScreenOptions&);
ScreenBlock temperature_block(const MonitorView&, std::size_t width, const ScreenOptions&);
ScreenBlock power_block(const MonitorView&, std::size_t width, const ScreenOptions&);
// Fan, pressure, throttling: what tells that a machine suffers.
ScreenBlock strain_block(const MonitorView&, std::size_t width, const ScreenOptions&);
ScreenBlock process_block(const MonitorView&, const ScreenOptions&);

// "57.1°C", "1.73 GHz", "15.3 W", "88 %"; absent: "-".
std::string amount(std::optional<double>, Unit);
// The tone of a share of something that runs out: from 70 % on a warning, from 90 % an alarm.
Tone tone_of(double share);

}  // namespace jetmeter
