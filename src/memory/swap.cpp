#include "jetmeter/swap.h"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <utility>

namespace jetmeter {
namespace {

constexpr std::uint64_t kKibibyte = 1024;
constexpr std::uint64_t kLargest = std::uint64_t{1} << 53;  // what is above is damage

std::optional<std::uint64_t> kibibytes(std::string_view word) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), count);
  if (error != std::errc() || end != word.data() + word.size() || count > kLargest)
    return std::nullopt;
  return count * kKibibyte;
}

// Whoever may swap names the file; a report must not carry its control characters.
std::string printable(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

}  // namespace

std::optional<std::vector<SwapArea>> parse_swaps(std::string_view text) {
  std::istringstream lines{std::string(text)};
  std::string line;
  if (!std::getline(lines, line) || !line.starts_with("Filename")) return std::nullopt;
  std::vector<SwapArea> areas;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string name, type, size_word, used_word;
    if (!(words >> name >> type >> size_word >> used_word)) continue;
    const auto size = kibibytes(size_word), used = kibibytes(used_word);
    if (size && used) areas.push_back({printable(std::move(name)), *size, *used});
  }
  return areas;
}

SwapPlace place_of(std::span<const SwapArea> areas) {
  const auto in_memory = std::ranges::count_if(areas, &SwapArea::zram);
  if (areas.empty()) return SwapPlace::unknown;
  if (in_memory == 0) return SwapPlace::beside_memory;
  return std::cmp_equal(in_memory, areas.size()) ? SwapPlace::in_memory : SwapPlace::both;
}

}  // namespace jetmeter
