#include "monitor/help_page.h"

#include <algorithm>
#include <string_view>

#include "monitor/blocks.h"
#include "monitor/cells.h"

namespace jetmeter {

std::vector<std::string> help_lines(const MonitorView& view, const ScreenOptions& options) {
  constexpr std::size_t kKeys = 17, kIndent = 2;
  std::vector<std::string> lines{heading_line("Keys", options.width, options)};
  const auto add = [&](std::string_view text, std::size_t indent) {
    for (auto& line : wrapped(text, options.width, indent)) lines.push_back(std::move(line));
  };
  for (const auto* line :
       {"q, Esc, Ctrl-C   quit", "p, space         pause, go on",
        "h, ?             this page, and back",
        "+, -             longer or shorter interval; of a recording: faster, slower",
        "arrows, j, k     a line of this page down or up",
        "space, f, b      a window of this page down or up, as the page keys do"})
    add(line, kKeys);
  lines.emplace_back();
  lines.push_back(heading_line("Cores", options.width, options));
  add("- is off; ? is on, and its load is not known", kIndent);
  lines.emplace_back();
  lines.push_back(heading_line("Sources that are not here", options.width, options));
  for (const auto& [name, reason] : view.missing) add(name + ": " + reason, kIndent);
  if (view.missing.empty()) lines.emplace_back("none");
  return lines;
}

bool scrolls(char key) {
  return std::string_view("jkfb ").find(key) != std::string_view::npos;
}

std::size_t scrolled(std::size_t first, char key, const HelpExtent& extent) {
  const auto from = std::min(first, extent.last());
  const auto page = std::max<std::size_t>(extent.shown, 2) - 1;  // a line of it stays
  switch (key) {
    case 'j': return std::min(from + 1, extent.last());
    case 'k': return from - std::min<std::size_t>(from, 1);
    case 'f':
    case ' ': return std::min(from + page, extent.last());
    case 'b': return from - std::min(from, page);
    default: return from;
  }
}

}  // namespace jetmeter
