// One value of a table, and its two spellings. Absent values have no cell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace jetmeter {

using Cell = std::optional<std::variant<std::int64_t, double, std::string>>;

template <typename T>
Cell cell(const std::optional<T>& value) {
  return value ? Cell(*value) : Cell();
}
inline Cell cell(const std::optional<std::uint64_t>& bytes) {
  return bytes ? Cell(static_cast<std::int64_t>(*bytes)) : Cell();
}
inline Cell cell(const std::string& text) {
  return text.empty() ? Cell() : Cell(text);
}

struct Notation {
  std::string_view unit;  // "ms"; "bytes" become KiB, MiB, …
  int decimals = 0;
};

// For people: "12.31 ms", "1.23 GiB". Absent: "-".
std::string for_people(const Cell&, const Notation&);
// For programs: every digit, no unit. Absent: "".
std::string for_programs(const Cell&);

}  // namespace jetmeter
