// What `nvidia-smi -q` said on a recorded machine beside its channels: who held memory of its GPUs,
// and how hot they may become.
#pragma once

#include <optional>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/processes.h"
#include "jetmeter/thermal_limits.h"

namespace jetmeter {

// As nvml_gpu_clients has them. Absent where the recording does not list those of every GPU, or
// tells the size of none, and for the machine that this program runs on.
std::optional<GpuClients> recorded_gpu_clients(const Host&);

// At which each GPU slows down, by the name that its temperature's channel has: "gpu0".
std::vector<ThermalTrip> recorded_gpu_trips(const Host&);

}  // namespace jetmeter
