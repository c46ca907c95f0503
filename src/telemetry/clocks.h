// How fast the units of this machine may run now, and what of its GPU is switched on.
#pragma once

#include <optional>

#include "jetmeter/machine.h"

namespace jetmeter {

// The caps in force and whether the clocks are locked; `mode` stays empty.
Clocks read_clocks(const Host&);

// The mask of TPCs that are switched off, from the folder of an integrated GPU.
std::optional<unsigned> read_tpc_mask(const Host&);

}  // namespace jetmeter
