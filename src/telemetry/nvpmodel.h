// Jetson's power modes, from the files of nvpmodel; the tool itself would need root.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "jetmeter/core.h"

namespace jetmeter {

// 2 from "pmode:0002 fmode:fan_mode_quiet".
std::optional<std::uint64_t> parse_power_mode_id(std::string_view status);
// The name of a mode in nvpmodel.conf, from "< POWER_MODEL ID=2 NAME=MODE_30W >". Which id is the
// fastest mode differs from board to board, so an id alone says little.
std::optional<std::string> power_mode_name(std::string_view configuration, std::uint64_t id);

// The mode's name, or its id where the name is not to be found.
std::optional<std::string> read_power_mode(const Host&);

}  // namespace jetmeter
