#include "doctor/proc_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

namespace jetmeter {
namespace {

constexpr std::uint64_t kLargest = std::uint64_t{1} << 53;  // what is above is damage

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

template <typename T>
std::optional<T> number(std::string_view word) {
  T value{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> count(std::string_view word) {
  const auto value = number<std::uint64_t>(word);
  return value && *value <= kLargest ? value : std::nullopt;
}

// Boards and processes choose names; a report must not carry their control characters.
std::string printable(std::string_view text) {
  std::string clean(text);
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return clean;
}

// The words after "key<blanks>:" of a line.
std::optional<std::string_view> value_of(std::string_view line, std::string_view key) {
  const auto colon = line.find(':');
  if (colon == line.npos || !line.starts_with(key)) return std::nullopt;
  if (line.substr(key.size(), colon - key.size()).find_first_not_of(" \t") != line.npos)
    return std::nullopt;
  return line.substr(colon + 1);
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::vector<std::string> words;
  for (auto at = text.find_first_not_of(kBlanks); at != text.npos;
       at = text.find_first_not_of(kBlanks, at)) {
    const auto end = std::min(text.find_first_of(kBlanks, at), text.size());
    words.push_back(printable(text.substr(at, end - at)));
    at = end;
  }
  return words;
}

std::optional<double> leading_number(std::string_view text) {
  const auto words = words_of(text.substr(0, 64));
  if (words.empty()) return std::nullopt;
  const auto value = number<double>(words[0]);
  return value && std::isfinite(*value) && *value >= 0 ? value : std::nullopt;
}

std::optional<std::string> bracketed(std::string_view text) {
  const auto open = text.find('['), close = text.find(']', open == text.npos ? 0 : open);
  if (open == text.npos || close == text.npos || close == open + 1) return std::nullopt;
  return printable(text.substr(open + 1, close - open - 1));
}

std::optional<ProcessTime> parse_process_time(std::string_view text) {
  const auto open = text.find('('), close = text.rfind(')');
  if (open == text.npos || close == text.npos || close < open) return std::nullopt;
  // From the third field on: state ppid … utime (14th) stime (15th).
  const auto words = words_of(text.substr(close + 1));
  constexpr std::size_t kUser = 11, kSystem = 12;
  if (words.size() <= kSystem) return std::nullopt;
  const auto user = count(words[kUser]), system = count(words[kSystem]);
  if (!user || !system) return std::nullopt;
  return ProcessTime{printable(text.substr(open + 1, close - open - 1)), *user + *system};
}

std::optional<double> parse_steal_share(std::string_view text) {
  const auto lines = lines_of(text);
  const auto words = lines.empty() ? std::vector<std::string>() : words_of(lines[0]);
  constexpr std::size_t kSteal = 8;  // user nice system idle iowait irq softirq steal
  if (words.size() <= kSteal || words[0] != "cpu") return std::nullopt;
  double total = 0, steal = 0;
  for (std::size_t i = 1; i <= kSteal; ++i) {
    const auto ticks = count(words[i]);
    if (!ticks) return std::nullopt;
    total += static_cast<double>(*ticks);
    if (i == kSteal) steal = static_cast<double>(*ticks);
  }
  return total > 0 ? std::optional(steal / total) : std::nullopt;
}

CpuFacts parse_cpuinfo(std::string_view text) {
  CpuFacts facts;
  std::set<std::pair<std::string, std::string>> cores;
  std::string package;
  for (const auto line : lines_of(text)) {
    if (const auto flags = value_of(line, "flags")) {
      const auto words = words_of(*flags);
      const auto has = [&](std::string_view flag) {
        return std::find(words.begin(), words.end(), flag) != words.end();
      };
      facts.hypervisor = has("hypervisor");
      facts.int8_dot_product = has("avx512_vnni") || has("avx_vnni");
    } else if (const auto features = value_of(line, "Features")) {
      const auto words = words_of(*features);
      facts.int8_dot_product = std::find(words.begin(), words.end(), "asimddp") != words.end();
    } else if (const auto id = value_of(line, "physical id")) {
      package = std::string(*id);
    } else if (const auto core = value_of(line, "core id")) {
      cores.emplace(package, *core);
    }
  }
  if (!cores.empty()) facts.physical_cores = static_cast<int>(cores.size());
  return facts;
}

}  // namespace jetmeter
