// Between which clocks the units of a machine move, and whether something holds them at one.
#pragma once

#include <cstdint>
#include <optional>

#include "jetmeter/core.h"

namespace jetmeter {

struct ClockState {
  // Whether it can run at one frequency only. Absent where that is not told.
  std::optional<bool> locked;
  // Of the slowest and of the fastest core or cluster that is on; absent for the EMC's lowest.
  std::optional<std::uint64_t> lowest_hz, highest_hz;
};

// The EMC's tells whether it is locked where debugfs can be read, which takes root.
struct ClockStates {
  ClockState cpu, gpu, emc;
};
// Reads under host.root only.
ClockStates read_clock_states(const Host&);

}  // namespace jetmeter
