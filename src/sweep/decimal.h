// A decimal number that stays exact, so that "0.1:0.5:0.1" ends at 0.5.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jetmeter {

struct SweepDecimal {
  std::int64_t digits = 0;  // value times 10^places
  int places = 0;
};

// "8", "-0.25"; at most 15 digits, so that no sum or product of two overflows where it is checked.
std::optional<SweepDecimal> parse_sweep_decimal(std::string_view);
// The same value with more places; absent when it does not fit.
std::optional<std::int64_t> digits_at(const SweepDecimal&, int places);
// Without zeros at the end of a fraction.
std::string format_sweep_decimal(SweepDecimal);

}  // namespace jetmeter
