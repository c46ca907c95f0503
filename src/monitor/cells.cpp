#include "monitor/cells.h"

#include <algorithm>
#include <array>

namespace jetmeter {
namespace {

struct Piece {
  std::string_view text;
  bool escape = false;  // takes no cell
};

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// Cuts one character, or one SGR sequence, off the front of `text`.
Piece take(std::string_view& text) {
  std::size_t length = 1;
  const bool escape = text.starts_with("\x1b[") && text.find('m') != text.npos;
  if (escape) {
    length = text.find('m') + 1;
  } else {
    while (length < text.size() && continues(text[length])) ++length;
  }
  const Piece piece{text.substr(0, length), escape};
  text.remove_prefix(length);
  return piece;
}

struct Replacement {
  std::string_view symbol;
  char ascii;
};
constexpr std::array kReplacements{
    Replacement{"█", '#'}, Replacement{"▉", '#'}, Replacement{"▊", '#'}, Replacement{"▋", '#'},
    Replacement{"▌", '#'}, Replacement{"▍", '.'}, Replacement{"▎", '.'}, Replacement{"▏", '.'},
    Replacement{"░", '.'}, Replacement{"▁", '_'}, Replacement{"▂", '.'}, Replacement{"▃", ':'},
    Replacement{"▄", '-'}, Replacement{"▅", '='}, Replacement{"▆", '+'}, Replacement{"▇", '*'},
    Replacement{"─", '-'}, Replacement{"├", '|'}, Replacement{"└", '`'}, Replacement{"·", '-'},
    Replacement{"…", '~'}, Replacement{"°", ' '}};

char ascii_of(std::string_view symbol) {
  for (const auto& [known, ascii] : kReplacements)
    if (known == symbol) return ascii;
  return '?';
}

}  // namespace

std::size_t cell_count(std::string_view text) {
  std::size_t cells = 0;
  while (!text.empty()) cells += take(text).escape ? 0 : 1;
  return cells;
}

std::string clipped(std::string_view text, std::size_t width) {
  if (cell_count(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::string out;
  bool escapes = false;
  for (std::size_t cells = 0; cells + 1 < width;) {
    const auto piece = take(text);
    out += piece.text;
    escapes = escapes || piece.escape;
    cells += piece.escape ? 0 : 1;
  }
  return out + "…" + (escapes ? "\x1b[0m" : "");
}

std::string left_in(std::string_view text, std::size_t width) {
  auto out = clipped(text, width);
  return out + std::string(width - cell_count(out), ' ');
}

std::string right_in(std::string_view text, std::size_t width) {
  const auto out = clipped(text, width);
  return std::string(width - cell_count(out), ' ') + out;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::vector<std::string> lines(1);
  const std::string margin(width > indent ? indent : 0, ' ');
  std::size_t used = 0;  // cells of the last line
  bool begun = false;    // it has a word
  const auto next_line = [&] {
    lines.push_back(margin);
    used = margin.size();
    begun = false;
  };
  while (!text.empty() && width > 0) {
    auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (begun && used + 1 + cell_count(word) > width) next_line();
    if (begun) {
      lines.back() += ' ';
      ++used;
    }
    while (!word.empty()) {
      if (used == width) next_line();
      const auto piece = take(word);
      lines.back() += piece.text;
      used += piece.escape ? 0 : 1;
    }
    begun = true;
  }
  return lines;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    out += c >= ' ' && c <= '~' ? c : '?';
    text.remove_prefix(1);
    while (!text.empty() && continues(text.front())) text.remove_prefix(1);
  }
  return out;
}

std::string as_ascii(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto symbol = take(text).text;
    const bool ascii = static_cast<unsigned char>(symbol.front()) < 0x80;
    if (ascii)
      out += symbol;
    else
      out += ascii_of(symbol);
  }
  return out;
}

std::string painted(std::string_view text, Tone tone, bool color) {
  if (!color || text.empty()) return std::string(text);
  constexpr std::array<std::string_view, 5> kCodes{"1", "2", "32", "33", "31"};
  return "\x1b[" + std::string(kCodes[static_cast<std::size_t>(tone)]) + "m" + std::string(text) +
         "\x1b[0m";
}

}  // namespace jetmeter
