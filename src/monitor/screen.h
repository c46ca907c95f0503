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

inline constexpr std::size_t kLeastWidth = 60, kLeastHeight = 16;

// With a height exactly as many lines, each of at most `width` cells. A window below the least size
// gets one sentence that says so.
std::vector<std::string> render_screen(const MonitorView&, const ScreenOptions&);

}  // namespace jetmeter
