#include "report/display.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace jetmeter {
namespace {

struct Range {
  char32_t first, last;
};

constexpr std::array kCombining{Range{0x0300, 0x036F}, Range{0x200B, 0x200D}, Range{0x20D0, 0x20FF},
                                Range{0xFE00, 0xFE0F}};
constexpr std::array kWide{Range{0x1100, 0x115F}, Range{0x2E80, 0xA4CF},   Range{0xAC00, 0xD7A3},
                           Range{0xF900, 0xFAFF}, Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},
                           Range{0xFFE0, 0xFFE6}, Range{0x1F300, 0x1FAFF}, Range{0x20000, 0x3FFFD}};

template <std::size_t N>
bool in(char32_t c, const std::array<Range, N>& ranges) {
  return std::ranges::any_of(ranges, [c](auto r) { return r.first <= c && c <= r.last; });
}

// Takes one code point off the front; a byte that begins none counts as itself.
char32_t take(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length > text.size()) {
    text.remove_prefix(1);
    return lead;
  }
  char32_t code = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i)
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(length);
  return code;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto code = take(text);
    width += in(code, kCombining) ? 0 : in(code, kWide) ? 2 : 1;
  }
  return width;
}

std::string padded(std::string_view text, std::size_t width, Align align) {
  const auto own = display_width(text);
  const std::string space(own < width ? width - own : 0, ' ');
  return align == Align::left ? std::string(text) + space : space + std::string(text);
}

std::string shortened(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  while (!text.empty() && display_width(text) + 1 > width) take(text);
  return "…" + std::string(text);
}

std::string flattened(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return out;
}

}  // namespace jetmeter
