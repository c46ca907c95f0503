// Text in cells of a terminal. Every character takes one cell, which holds for what a screen is
// made of: our own symbols, and names that printable() has been through. SGR escape sequences
// ("\x1b[1m") take none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace jetmeter {

std::size_t cell_count(std::string_view);
// At most `width` cells; of longer text the beginning and an ellipsis. Colours end with it.
std::string clipped(std::string_view, std::size_t width);
// Exactly `width` cells.
std::string left_in(std::string_view, std::size_t width);
std::string right_in(std::string_view, std::size_t width);

// In lines of at most `width` cells, all but the first indented; broken between words where that is
// possible. At least one line.
std::vector<std::string> wrapped(std::string_view, std::size_t width, std::size_t indent);

// Names from outside: what is not printable ASCII becomes '?'.
std::string printable(std::string_view);
// Our own symbols as ASCII, each in one cell.
std::string as_ascii(std::string_view);

enum class Tone { title, quiet, good, warning, alarm };
// In an SGR sequence where `color`, else as it is.
std::string painted(std::string_view, Tone, bool color);

}  // namespace jetmeter
