// Text on a terminal of fixed-width cells.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace jetmeter {

// Cells that UTF-8 text takes: accents that combine take none, CJK and most emoji two.
std::size_t display_width(std::string_view);
enum class Align { left, right };
// Filled with spaces up to `width` cells; longer text stays as it is.
std::string padded(std::string_view, std::size_t width, Align);
// At most `width` cells: of longer text its end, which tells paths apart, behind an ellipsis.
std::string shortened(std::string_view, std::size_t width);
// Control characters, among them line ends and the start of escape sequences, become spaces.
std::string flattened(std::string_view);

}  // namespace jetmeter
