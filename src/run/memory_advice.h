// What a person may release where the memory was short. Pure.
#pragma once

#include <span>
#include <string>

#include "jetmeter/processes.h"

namespace jetmeter {

// None of the processes is ours. `on_gpu`: memory on a GPU that shares the system's; empty where
// the GPU has its own. Of the page cache it says nothing: what is available counts it already.
std::string memory_advice(std::span<const ProcessSummary> resident,
                          std::span<const GpuClient> on_gpu);

}  // namespace jetmeter
