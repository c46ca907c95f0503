#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "jetmeter/telemetry.h"

namespace jetmeter {

void UnknownWords::add(std::span<const std::string_view> first, std::size_t all) {
  count += static_cast<std::int64_t>(all);
  more = more || all > first.size();
  for (const auto word : first) keep(word);
}

// Looked for as it would be kept, so that only a new one allocates.
void UnknownWords::keep(std::string_view word) {
  std::array<char, kLongest> text{};
  const auto size = std::min(word.size(), text.size());
  std::transform(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(size), text.begin(),
                 [](char c) { return c > ' ' && c <= '~' ? c : '?'; });
  if (word.size() > text.size()) std::fill(text.end() - 3, text.end(), '.');
  const std::string_view shown(text.data(), size);
  if (shown.empty() || std::ranges::find(words, shown) != words.end()) return;
  if (words.size() < kMostKept)
    words.emplace_back(shown);
  else
    more = true;
}

std::string in_words(const UnknownWords& unknown) {
  return fmt::format("{} word{} not understood: {}{}", unknown.count, unknown.count == 1 ? "" : "s",
                     fmt::join(unknown.words, ", "), unknown.more ? ", …" : "");
}

}  // namespace jetmeter
