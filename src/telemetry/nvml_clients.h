// GPU memory of processes, by NVML.
#pragma once

#include "jetmeter/processes.h"

namespace jetmeter {

// Fails, with the reason, where NVML does not tell.
Result<GpuClients> nvml_gpu_clients(const Host&);

}  // namespace jetmeter
