// The list of those who hold memory through nvmap, Tegra's allocator of memory for its engines:
// /sys/kernel/debug/nvmap/iovmm/clients. Pure and total: any bytes may come in.
//
//   CLIENT                        PROCESS      PID        SIZE
//   user                         gpu_burn     7979   23525644K
//   total                                            23549320K
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "jetmeter/processes.h"

namespace jetmeter {

// For the list the driver walks every buffer of every client, and holds the lock that allocations
// wait for: it is not to be read more often.
inline constexpr auto kShortestNvmapPeriod = std::chrono::milliseconds(500);

struct NvmapClients {
  // One per process, in the order of the list; a process that opened nvmap more than once has the
  // sum. The kernel's own clients (PID 0) are none.
  std::vector<GpuClient> clients;
  // Every buffer once, those of the kernel and those that processes share included. Not the sum of
  // the clients.
  std::optional<std::uint64_t> total_bytes;
};
// Absent when no line of such a list is in it.
std::optional<NvmapClients> parse_nvmap_clients(std::string_view);

// Its total alone; does not allocate.
std::optional<std::uint64_t> parse_nvmap_total(std::string_view);

}  // namespace jetmeter
