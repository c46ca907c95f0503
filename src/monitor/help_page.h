// The page of help, which scrolls where a window is too low for it. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "monitor/screen.h"
#include "monitor/view.h"

namespace jetmeter {

// The keys, and why each source that is missing is not here, whole.
std::vector<std::string> help_lines(const MonitorView&, const ScreenOptions&);

// As the keys of less have it: j and k by a line, f and space as well as b by a windowful.
bool scrolls(char key);
// The first line that is shown after `key`, where `first` was before it.
std::size_t scrolled(std::size_t first, char key, const HelpExtent&);

}  // namespace jetmeter
