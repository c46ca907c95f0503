#include "sweep/decimal.h"

namespace jetmeter {
namespace {

constexpr int kMostDigits = 15;
constexpr std::int64_t kLargest = 1'000'000'000'000'000'000;

}  // namespace

std::optional<SweepDecimal> parse_sweep_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  SweepDecimal number;
  int count = 0;
  bool fraction = false;
  for (const char c : text) {
    if (c == '.' && !fraction && count > 0) {
      fraction = true;
      continue;
    }
    if (c < '0' || c > '9' || ++count > kMostDigits) return std::nullopt;
    number.digits = 10 * number.digits + (c - '0');
    if (fraction) ++number.places;
  }
  if (count == 0 || (fraction && number.places == 0)) return std::nullopt;
  if (negative) number.digits = -number.digits;
  return number;
}

std::optional<std::int64_t> digits_at(const SweepDecimal& number, int places) {
  std::int64_t digits = number.digits;
  for (int i = number.places; i < places; ++i) {
    if (digits > kLargest / 10 || digits < -kLargest / 10) return std::nullopt;
    digits *= 10;
  }
  return digits;
}

std::string format_sweep_decimal(SweepDecimal number) {
  while (number.places > 0 && number.digits % 10 == 0) {
    number.digits /= 10;
    --number.places;
  }
  const bool negative = number.digits < 0;
  auto text = std::to_string(negative ? -number.digits : number.digits);
  const auto places = static_cast<std::size_t>(number.places);
  if (places > 0) {
    if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
    text.insert(text.size() - places, 1, '.');
  }
  if (negative) text.insert(0, 1, '-');
  return text;
}

}  // namespace jetmeter
