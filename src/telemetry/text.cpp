#include "telemetry/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace jetmeter {
namespace {

constexpr std::string_view kBlank = " \t\r\n\v\f";
constexpr std::uint64_t kKibibyte = 1024;
constexpr std::size_t kLongestName = 200;
constexpr std::uint64_t kHighestProcessor = 8191;  // the most that Linux can be built for

// from_chars of the whole word, or nothing.
template <typename T>
std::optional<T> parse_whole(std::string_view word) {
  T value{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string_view> next_line(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view next_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  const auto word = text.substr(0, text.find_first_of(kBlank));
  text.remove_prefix(word.size());
  return word;
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

std::string clean_name(std::string_view text) {
  text = text.substr(0, text.find('\0'));
  text = trimmed(text);
  text = trimmed(text.substr(0, text.find('\n'))).substr(0, kLongestName);
  std::string name(text);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return name;
}

std::optional<double> to_number(std::string_view word) {
  const auto value = parse_whole<double>(word);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<std::uint64_t> to_count(std::string_view word) {
  return parse_whole<std::uint64_t>(word);
}

bool is_version(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  return !text.empty() && text.find_first_not_of("0123456789.") == text.npos &&
         kDigits.find(text.front()) != kDigits.npos && kDigits.find(text.back()) != kDigits.npos;
}

std::optional<std::uint64_t> number_between(std::string_view name, std::string_view prefix,
                                            std::string_view suffix) {
  const bool fits = name.starts_with(prefix) && name.ends_with(suffix) &&
                    name.size() > prefix.size() + suffix.size();
  if (!fits) return std::nullopt;
  name.remove_prefix(prefix.size());
  name.remove_suffix(suffix.size());
  return to_count(name);
}

std::optional<std::uint64_t> meminfo_bytes(std::string_view text, std::string_view key) {
  while (auto line = next_line(text)) {
    auto name = next_word(*line);
    if (!name.ends_with(':') || name.substr(0, name.size() - 1) != key) continue;
    const auto kibibytes = to_count(next_word(*line));
    const auto limit = std::numeric_limits<std::uint64_t>::max() / kKibibyte;
    if (!kibibytes || *kibibytes > limit || next_word(*line) != "kB") return std::nullopt;
    return *kibibytes * kKibibyte;
  }
  return std::nullopt;
}

std::optional<std::vector<int>> processor_list(std::string_view list) {
  std::vector<int> processors;
  list = trimmed(list);
  while (!list.empty()) {
    const auto range = list.substr(0, list.find(','));
    list.remove_prefix(std::min(range.size() + 1, list.size()));
    const auto dash = range.find('-');
    const auto first = to_count(range.substr(0, dash));
    const auto last = dash == range.npos ? first : to_count(range.substr(dash + 1));
    if (!first || !last || *last < *first || *last > kHighestProcessor) return std::nullopt;
    for (auto id = *first; id <= *last; ++id) processors.push_back(static_cast<int>(id));
    if (processors.size() > kHighestProcessor + 1) return std::nullopt;
  }
  if (processors.empty()) return std::nullopt;
  return processors;
}

std::optional<std::string_view> colon_value(std::string_view text, std::string_view key) {
  while (const auto line = next_line(text)) {
    const auto colon = line->find(':');
    if (colon != line->npos && trimmed(line->substr(0, colon)) == key)
      return trimmed(line->substr(colon + 1));
  }
  return std::nullopt;
}

}  // namespace jetmeter
