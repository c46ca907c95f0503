// What a worker process costs, as a source for the sampler: the channels of open_process(), and
//
//   process.gpu         its memory on the GPU that PSS does not hold, where a driver tells; at most
//                       half a second old
//   process.footprint   PSS + that; what meets the budget. Without the channel above it is PSS
//                       alone, and so the whole only of a process that uses no GPU
#pragma once

#include <memory>
#include <string_view>

#include "jetmeter/processes.h"

namespace jetmeter {

inline constexpr std::string_view kFootprintChannel = "process.footprint";
inline constexpr std::string_view kProcessGpuChannel = "process.gpu";

// Where GPU memory is told per process, reading allocates: the driver's list has no fixed length.
Result<std::unique_ptr<Source>> open_worker_memory(const Host&, ProcessId);

}  // namespace jetmeter
