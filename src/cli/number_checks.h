// Checks for options that are numbers. CLI11 takes "nan" for one, which passes every range, and
// names the largest double where it means "not negative". What does not fit a number without a sign
// it wraps around.
#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace jetmeter {

inline CLI::Validator finite() {
  return {[](std::string& text) {
            return std::isfinite(std::strtod(text.c_str(), nullptr))
                       ? std::string()
                       : "'" + text + "' is no finite number";
          },
          ""};
}

inline CLI::Validator not_negative() {
  return {[](std::string& text) {
            const double value = std::strtod(text.c_str(), nullptr);
            return std::isfinite(value) && value >= 0 ? std::string()
                                                      : "'" + text + "' is no number from 0 on";
          },
          ""};
}

// From 0 to the largest of 64 bits, in digits alone.
inline CLI::Validator whole_from_zero() {
  return {[](std::string& text) {
            std::uint64_t value = 0;
            const auto* end = text.data() + text.size();
            const auto [rest, error] = std::from_chars(text.data(), end, value);
            return error == std::errc() && rest == end
                       ? std::string()
                       : "'" + text + "' is no whole number from 0 to 18446744073709551615";
          },
          ""};
}

// A count of which there is at least one, in digits alone.
inline CLI::Validator whole_from_one() {
  return {[](std::string& text) {
            std::int64_t value = 0;
            const auto* end = text.data() + text.size();
            const auto [rest, error] = std::from_chars(text.data(), end, value);
            return error == std::errc() && rest == end && value >= 1
                       ? std::string()
                       : "'" + text + "' is no whole number from 1 on";
          },
          ""};
}

}  // namespace jetmeter
