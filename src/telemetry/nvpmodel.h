// Reading the files of nvpmodel and nvfancontrol. Pure and total: any bytes may come in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/power_modes.h"

namespace jetmeter {

// 2 from "pmode:0002 fmode:fan_mode_quiet".
std::optional<std::uint64_t> parse_power_mode_id(std::string_view status);
// "quiet" from the same; absent for "fmode:fanNull", which stands where nvpmodel leaves the fan
// alone.
std::optional<std::string> parse_fan_profile(std::string_view status);

// "quiet" from the line "FAN1:FAN_PROFILE:quiet" of nvfancontrol's status. Of several fans, the
// first.
std::optional<std::string> parse_nvfancontrol_status(std::string_view status);
// "quiet" from the line "FAN_DEFAULT_PROFILE quiet" of nvfancontrol.conf.
std::optional<std::string> parse_nvfancontrol_default(std::string_view configuration);

// Every mode that has an id, in the order of the file, with or without the "NVPM VERB:" that
// `nvpmodel -p --verbose` puts before its lines.
std::vector<NvpMode> parse_nvpmodel(std::string_view configuration);

}  // namespace jetmeter
