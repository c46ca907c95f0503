// Part numbers of Jetson modules, from the strings that firmware and device tree hold.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "jetmeter/core.h"

namespace jetmeter {

// The module's number in any text that holds it: "nvidia,p3768-0000+p3767-0005-super" (a compatible
// string), "3767-0000-301 3768-0000-ES1" (the firmware's list), "699-13767-0005-300 T.1" (the
// EEPROM), "…/tegra210-p3448-0000-p3449-0000-b00.dts". A carrier's number is passed over; absent
// where there is no module's. In the form "p3767-0005".
std::optional<std::string> part_number_in(std::string_view text);

// From the EEPROM, what the firmware read of it, and the device tree, in this order: what was
// flashed may belong to another module than the one it runs on.
std::optional<std::string> read_part_number(const Host&);

}  // namespace jetmeter
