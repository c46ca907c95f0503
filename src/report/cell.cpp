#include "report/cell.h"

#include <fmt/format.h>

#include <cmath>

#include "jetmeter/core.h"

namespace jetmeter {
namespace {

std::string number(std::int64_t value, int) {
  return fmt::format("{}", value);
}
// What would round to nothing keeps two digits: 0.00013, never 0.00.
std::string number(double value, int decimals) {
  const double size = std::abs(value);
  if (size > 0 && size < std::pow(10, -decimals) && size > 1e-12)
    decimals = static_cast<int>(std::ceil(-std::log10(size))) + 1;
  return fmt::format("{:.{}f}", value, decimals);
}

}  // namespace

std::string for_people(const Cell& cell, const Notation& notation) {
  if (!cell) return "-";
  if (const auto* text = std::get_if<std::string>(&*cell)) return *text;
  const auto* whole = std::get_if<std::int64_t>(&*cell);
  if (whole && notation.unit == "bytes") return format_bytes(static_cast<std::uint64_t>(*whole));
  const auto digits =
      whole ? number(*whole, 0) : number(std::get<double>(*cell), notation.decimals);
  if (notation.unit.empty()) return digits;
  return fmt::format("{}{}{}", digits, notation.unit == "x" ? "" : " ", notation.unit);
}

std::string for_programs(const Cell& cell) {
  if (!cell) return "";
  return std::visit([](const auto& value) { return fmt::format("{}", value); }, *cell);
}

}  // namespace jetmeter
