// A MonitorView as lines of a screen. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "monitor/view.h"

namespace jetmeter {

struct ScreenOptions {
  std::size_t width = 80;
  std::size_t height = 24;  // 0: as many lines as there is to say
  bool ascii = false, color = false;
  bool keys = true;  // that the last line names the keys
};

// What a window shows of the help page.
struct HelpExtent {
  std::size_t lines = 0, shown = 0;  // shown <= lines

  std::size_t last() const { return lines - shown; }  // first line of the last windowful
};

inline constexpr std::size_t kLeastWidth = 60, kLeastHeight = 16;

// Lines of at most `width` cells; with a height exactly as many, and a window below the least size
// gets one sentence that says so. Without a height what is said in words is wrapped, and below the
// least width everything is one below the other.
std::vector<std::string> render_screen(const MonitorView&, const ScreenOptions&);

HelpExtent help_extent(const MonitorView&, const ScreenOptions&);

}  // namespace jetmeter
