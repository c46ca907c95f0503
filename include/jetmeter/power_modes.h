// The power modes of a Jetson: what nvpmodel's table defines and which mode is active. Read from
// its files; the tool itself would need root.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/machine.h"

namespace jetmeter {

// One POWER_MODEL of nvpmodel.conf. Absent: the mode sets no limit (-1) or does not speak of it.
struct NvpMode {
  std::uint64_t id = 0;
  std::string name;
  ClockCaps caps;
  std::optional<std::uint64_t> tpc_mask;
  std::optional<int> cpu_cores = std::nullopt;  // that are on
};

struct PowerModes {
  std::optional<std::uint64_t> active;  // an id
  // What nvfancontrol has now, or else begins with; where it is not there (JetPack 4), nvpmodel's.
  std::optional<std::string> fan_profile;
  std::vector<NvpMode> all;

  const NvpMode* active_mode() const;  // null where the table does not have it
  bool super() const;                  // whether it is the faster table of JetPack 6.2
};
// Empty on a machine without nvpmodel.
PowerModes read_power_modes(const Host&);

}  // namespace jetmeter
