#include "telemetry/nvml_clients.h"

namespace jetmeter {

Result<GpuClients> nvml_gpu_clients(const Host&) {
  return fail("NVML is not built in");
}

}  // namespace jetmeter
