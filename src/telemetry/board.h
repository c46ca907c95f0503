// Which board this is, from what NVIDIA's system images and the device tree say.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "jetmeter/machine.h"

namespace jetmeter {

// "36.4.7" from the first line of /etc/nv_tegra_release, "# R36 (release), REVISION: 4.7, …".
std::optional<std::string> parse_l4t(std::string_view release_file);
// The JetPack that an L4T release belongs to; absent for one that is newer than this table.
std::optional<std::string> jetpack_of(std::string_view l4t);

struct BoardFacts {
  std::optional<Board> board;  // without its module, which takes the memory to tell
  std::string soc;  // "tegra234"; empty when it is no Tegra, or the device tree does not say
  bool tegra = false;
  bool super = false;  // flashed with the faster power modes, as model or device tree say
};
// The release is that of /etc/nv_tegra_release, else that of the package that brings it.
BoardFacts read_board(const Host&);

}  // namespace jetmeter
