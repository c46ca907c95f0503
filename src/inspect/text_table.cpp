#include "inspect/text_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "jetmeter/core.h"

namespace jetmeter {
namespace {

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

std::string_view last_characters(std::string_view text, std::size_t n) {
  return text.substr(first_characters(text, characters(text) - n).size());
}

std::string padded(std::string_view text, std::size_t width, bool right) {
  const std::string blanks(width - std::min(width, characters(text)), ' ');
  return right ? blanks + std::string(text) : std::string(text) + blanks;
}

}  // namespace

std::string visible_text(std::string_view text) {
  const auto quoted_text = in_quotes(text);
  return quoted_text.substr(1, quoted_text.size() - 2);
}

std::string_view first_characters(std::string_view text, std::size_t n) {
  std::size_t at = 0;
  for (; at < text.size(); ++at)
    if (!continues(text[at]) && n-- == 0) break;
  return text.substr(0, at);
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !continues(c); }));
}

std::string cut_middle(std::string_view text, std::size_t most) {
  if (characters(text) <= most) return std::string(text);
  const auto left = most > 0 ? (most - 1) / 2 : 0, right = most > 0 ? most - 1 - left : 0;
  return std::string(first_characters(text, left)) + "…" +
         std::string(last_characters(text, right));
}

std::string grouped(std::uint64_t value) {
  auto digits = fmt::format("{}", value);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string counted(std::uint64_t n, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(n), noun, n == 1 ? "" : "s");
}

std::string TextTable::render(std::size_t columns) const {
  std::vector<std::size_t> widths(columns_.size(), 0);
  std::vector<bool> used(columns_.size(), false);
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    for (const auto& row : rows_) {
      widths[c] = std::max(widths[c], std::min(characters(row[c]), columns_[c].most));
      used[c] = used[c] || !row[c].empty();
    }
    widths[c] = std::max(widths[c], characters(columns_[c].title));
  }
  std::size_t total = 0, last = 0;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (!used[c]) continue;
    total += widths[c] + 2;
    last = c;
  }
  if (total > columns && !widths.empty())
    widths[last] -=
        std::min(total - columns, widths[last] - std::min<std::size_t>(12, widths[last]));
  const auto line = [&](auto&& cell) {
    std::string out;
    for (std::size_t c = 0; c < columns_.size(); ++c)
      if (used[c])
        out += "  " + padded(cut_middle(cell(c), widths[c]), widths[c], columns_[c].right);
    return out.substr(0, out.find_last_not_of(' ') + 1) + '\n';
  };
  std::string out;
  if (std::ranges::any_of(columns_, [](const Column& each) { return !each.title.empty(); }))
    out += line([&](std::size_t c) { return columns_[c].title; });
  for (const auto& row : rows_) out += line([&](std::size_t c) { return row[c]; });
  return out;
}

}  // namespace jetmeter
