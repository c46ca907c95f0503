// Where the kernel swaps to. A file or a partition lies beside the memory; zram lies in it,
// compressed: what is swapped out there still takes some.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jetmeter {

struct SwapArea {
  std::string name;  // "/dev/zram0", "/swapfile"
  std::uint64_t size_bytes = 0, used_bytes = 0;

  bool zram() const { return name.find("zram") != name.npos; }
};

// /proc/swaps; empty when there is only its heading. Absent when that is missing. Pure and total.
std::optional<std::vector<SwapArea>> parse_swaps(std::string_view);

enum class SwapPlace { unknown, beside_memory, in_memory, both };
// Of no area it is unknown.
SwapPlace place_of(std::span<const SwapArea>);

}  // namespace jetmeter
