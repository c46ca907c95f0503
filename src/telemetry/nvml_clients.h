// GPU memory of single processes, from NVML: discrete GPUs, and Thor, where nvmap does not know it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/processes.h"

namespace jetmeter {

// Every process once, with what it holds on all GPUs together. One whose size NVML does not tell is
// left out, and `from` says how many those are: "NVML (not the size of 2 processes)". Fails, with
// NVML's words, where it lists processes of no GPU or tells the size of none. In a container the
// numbers are the host's. Starts NVML for every call: cheap only while the source `nvml` is open.
Result<GpuClients> nvml_gpu_clients(const Host&);

// One entry of NVML's lists.
struct NvmlProcess {
  std::uint32_t pid = 0;
  std::optional<std::uint64_t> bytes;  // absent: not told
  friend bool operator==(const NvmlProcess&, const NvmlProcess&) = default;
};

// What a buffer for `count` entries is filled with before it is handed to NVML.
inline constexpr std::byte kUnwritten{0xA5};
// The entries have 16, 24 or 32 bytes, depending on the driver and not on the function's name: the
// buffer is large enough for the largest, and how much of it was written tells which. Absent when
// it was none of these.
inline constexpr std::size_t kLargestNvmlEntry = 32;
std::optional<std::vector<NvmlProcess>> parse_nvml_processes(std::span<const std::byte> buffer,
                                                             std::size_t count);

}  // namespace jetmeter
