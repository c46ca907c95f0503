// Which rails make up what a whole board takes. Pure: names in, rule out.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace jetmeter {

// The rails whose sum is the board's power, each of them once.
struct BoardPowerRule {
  std::vector<std::size_t> rails;  // indices into the names that were given
  std::string name;                // "VDD_IN", "VDD_GPU_SOC + VDD_CPU_CV + VIN_SYS_5V0"
};

// Absent where the rails are not those of a board whose total is known: a sum of unknown rails
// counts some of them twice, and leaves others out, without anybody noticing.
std::optional<BoardPowerRule> find_board_power(std::span<const std::string> rail_names);

}  // namespace jetmeter
