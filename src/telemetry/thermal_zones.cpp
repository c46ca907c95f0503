#include "jetmeter/thermal_zones.h"

#include <algorithm>

namespace jetmeter {

std::string zone_unit(std::string_view zone) {
  std::string unit(zone);
  std::ranges::transform(unit, unit.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  for (const std::string_view suffix : {"-thermal", "-therm", "_tegra"})
    if (unit.ends_with(suffix) && unit.size() > suffix.size())
      return unit.substr(0, unit.size() - suffix.size());
  return unit;
}

bool is_constant_zone(std::string_view zone) {
  const auto unit = zone_unit(zone);
  return unit == "pmic" || unit == "pmic-die";
}

}  // namespace jetmeter
