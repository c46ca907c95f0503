// What a person may release where the memory was short. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/processes.h"

namespace jetmeter {

// A process, by what it keeps from others. The two may overlap, so their sum says nothing.
struct MemoryHolder {
  ProcessId pid = 0;
  std::string name;
  std::uint64_t rss_bytes = 0;
  std::uint64_t gpu_bytes = 0;  // in the same memory; in no RSS
};

// Largest first, without the process `own`. `clients`: none where the GPU has memory of its own.
std::vector<MemoryHolder> memory_holders(std::span<const ProcessSummary> processes,
                                         std::span<const GpuClient> clients, ProcessId own);

// `others`: largest first, none of them ours.
std::string memory_advice(std::span<const MemoryHolder> others,
                          std::optional<std::uint64_t> page_cache_bytes);

}  // namespace jetmeter
