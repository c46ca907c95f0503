// The detectors, by what they look at. Each appends what it found within the measured time.
#pragma once

#include "run/disturbance.h"

namespace jetmeter {

using Disturbances = std::vector<Disturbance>;

// other_cpu_load
void detect_other_cpu_load(const DisturbanceFacts&, Disturbances&);
// gpu_shared: others hold memory on it; gpu_busy_before: it had work before ours
void detect_other_gpu_users(const DisturbanceFacts&, Disturbances&);
// swapping, memory_pressure
void detect_memory_shortage(const DisturbanceFacts&, Disturbances&);
// throttled, near_thermal_limit
void detect_throttling(const DisturbanceFacts&, Disturbances&);
// clock_sagged, clock_odd, gpu_clock_never_lifted
void detect_clocks(const DisturbanceFacts&, Disturbances&);

}  // namespace jetmeter
