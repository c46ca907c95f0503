#include "telemetry/nvml_gpus.h"

#include <fmt/format.h>

#include "telemetry/nvidia_smi.h"
#include "telemetry/nvml_library.h"

namespace jetmeter {
namespace {

// nvml.h: "On certain SOC platforms, the integrated GPU does not use a dedicated framebuffer but
// instead shares memory with the system. As a result, NVML_ERROR_NOT_SUPPORTED will be returned".
// Some drivers return 0 bytes.
void add_memory(NvmlGpu& facts, const NvmlFunctions& nvml, NvmlDevice device) {
  NvmlMemory bytes{};
  const auto code = ask(nvml.memory, device, &bytes);
  if (code == NvmlReturn::not_supported) facts.integrated = true;
  if (code != NvmlReturn::success || bytes.total == kNvmlNotTold64) return;
  facts.integrated = bytes.total == 0;
  if (bytes.total != 0) facts.memory_bytes = bytes.total;
}

void add_compute_capability(NvmlGpu& facts, const NvmlFunctions& nvml, NvmlDevice device) {
  int major = 0, minor = 0;
  const auto code = ask(nvml.compute_capability, device, &major, &minor);
  if (code == NvmlReturn::success && major > 0)
    facts.compute_capability = fmt::format("{}.{}", major, minor);
}

}  // namespace

std::vector<NvmlGpu> nvml_gpus(const Host& host) {
  const auto library = NvmlLibrary::open(host);
  if (!library) return recorded_gpus(host);
  const auto handles = nvml_handles(*library);
  if (!handles) return {};
  const auto driver = library->driver_version();
  std::vector<NvmlGpu> gpus;
  for (const auto& handle : *handles) {
    NvmlGpu facts;
    facts.name = handle.name;
    facts.driver = driver;
    if (handle.device != nullptr) {
      add_memory(facts, library->functions(), handle.device);
      add_compute_capability(facts, library->functions(), handle.device);
    }
    gpus.push_back(std::move(facts));
  }
  return gpus;
}

}  // namespace jetmeter
