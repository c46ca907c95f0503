// The facts that NVML tells of the GPUs of a machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jetmeter/core.h"

namespace jetmeter {

struct NvmlGpu {
  std::string name;                               // "NVIDIA A100-SXM4-80GB"; may be empty
  std::optional<std::uint64_t> memory_bytes;      // its own memory; absent when integrated
  std::optional<bool> integrated;                 // it has no memory of its own
  std::optional<std::string> compute_capability;  // "8.0"
  std::optional<std::string> driver;              // "550.54.15"
};

// In NVML's order; of a recorded board without NVML those that nvidia-smi told. Empty where there
// is neither, or NVML does not start.
std::vector<NvmlGpu> nvml_gpus(const Host&);

}  // namespace jetmeter
