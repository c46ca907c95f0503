#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/machine.h"

namespace jetmeter {
namespace {

// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours, 1 each.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string> closest(std::string_view word, std::span<const std::string> candidates) {
  const std::size_t reach = std::max<std::size_t>(1, word.size() / 3);
  std::optional<std::string> best;
  std::size_t best_distance = reach + 1;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F)
      out += fmt::format("\\x{:02x}", byte);
    else
      out += c;
  }
  return out + "'";
}

std::string_view symbol(Unit unit) {
  switch (unit) {
    case Unit::none:
    case Unit::count: return "";
    case Unit::percent: return "%";
    case Unit::byte: return "B";
    case Unit::second: return "s";
    case Unit::watt: return "W";
    case Unit::joule: return "J";
    case Unit::celsius: return "°C";
    case Unit::hertz: return "Hz";
    case Unit::volt: return "V";
    case Unit::ampere: return "A";
    case Unit::rpm: return "rpm";
  }
  return "";
}

std::string_view key_suffix(Unit unit) {
  switch (unit) {
    case Unit::none: return "";
    case Unit::count: return "count";
    case Unit::percent: return "percent";
    case Unit::byte: return "bytes";
    case Unit::second: return "seconds";
    case Unit::watt: return "watts";
    case Unit::joule: return "joules";
    case Unit::celsius: return "celsius";
    case Unit::hertz: return "hertz";
    case Unit::volt: return "volts";
    case Unit::ampere: return "amperes";
    case Unit::rpm: return "rpm";
  }
  return "";
}

std::string_view name(MemoryArchitecture architecture) {
  switch (architecture) {
    case MemoryArchitecture::unified: return "unified";
    case MemoryArchitecture::discrete: return "discrete";
    case MemoryArchitecture::host: return "host";
  }
  return "host";
}

}  // namespace jetmeter
