// What thermal zones are named for, from JetPack 4 to 7, and which of them measure. Pure.
#pragma once

#include <string>
#include <string_view>

namespace jetmeter {

// The unit that a zone is of, in lower case: "cpu" of "cpu-thermal", "CPU-therm" and "CPU",
// "tboard" of "Tboard_tegra"; a name of another form stays itself: "pmic-die", "thermal-fan-est".
std::string zone_unit(std::string_view zone);

// Whether it tells a number that its firmware made up, whatever happens: the PMIC's die, always at
// 50 °C, or at 100.
bool is_constant_zone(std::string_view zone);

}  // namespace jetmeter
