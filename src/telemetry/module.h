// Which row of the device table a machine is.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "jetmeter/device.h"

namespace jetmeter {

// What is known of a machine; empty or absent is what is not.
struct ModuleClues {
  std::string_view part_number = {}, soc = {}, model = {};
  std::optional<std::uint64_t> memory_bytes = {};
  bool super = false;  // whether the faster tables were flashed
};

// By the part number, else by chip and memory, else also by the model string. Null where that
// leaves none or several, and where the memory contradicts the part number.
const Device* find_module(const ModuleClues&);

}  // namespace jetmeter
