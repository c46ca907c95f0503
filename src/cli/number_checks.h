// Checks for options that are numbers. CLI11 takes "nan" for one, which passes every range, and
// names the largest double where it means "not negative".
#pragma once

#include <CLI/CLI.hpp>
#include <cmath>
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

}  // namespace jetmeter
