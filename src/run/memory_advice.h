// What a person may release where the memory was short. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "jetmeter/processes.h"

namespace jetmeter {

// None of the processes is ours. `on_gpu`: memory on a GPU that shares the system's; empty where
// the GPU has its own.
std::string memory_advice(std::span<const ProcessSummary> resident,
                          std::span<const GpuClient> on_gpu,
                          std::optional<std::uint64_t> page_cache_bytes);

}  // namespace jetmeter
