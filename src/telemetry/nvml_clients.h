// GPU memory of processes, by NVML.
#pragma once

#include "jetmeter/processes.h"

namespace jetmeter {

// Of this machine: NVML knows no Host. Fails, with the reason, where NVML does not tell.
Result<GpuClients> nvml_gpu_clients();

}  // namespace jetmeter
