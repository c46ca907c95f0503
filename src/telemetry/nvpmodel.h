// Jetson's power modes, from the files of nvpmodel; the tool itself would need root.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/machine.h"

namespace jetmeter {

// 2 from "pmode:0002 fmode:fan_mode_quiet".
std::optional<std::uint64_t> parse_power_mode_id(std::string_view status);
// "quiet" from the same.
std::optional<std::string> parse_fan_profile(std::string_view status);

// One POWER_MODEL of nvpmodel.conf. Absent: the mode sets no limit (-1) or does not speak of it.
struct NvpMode {
  std::uint64_t id = 0;
  std::string name;
  ClockCaps caps;
  std::optional<std::uint64_t> tpc_mask;
};

// Every mode that has an id, in the order of the file, with or without the "NVPM VERB:" that
// `nvpmodel -p --verbose` puts before its lines.
std::vector<NvpMode> parse_nvpmodel(std::string_view configuration);

struct PowerModes {
  std::optional<std::uint64_t> active;  // an id
  std::optional<std::string> fan_profile;
  std::vector<NvpMode> all;

  const NvpMode* active_mode() const;  // null where the table does not have it
  bool super() const;                  // whether it is the faster table of JetPack 6.2
};
PowerModes read_power_modes(const Host&);

}  // namespace jetmeter
