// What GPUs are called in the channels. Pure.
#pragma once

#include <string>
#include <string_view>

#include "jetmeter/machine.h"
#include "run/timeline.h"

namespace jetmeter {

// Of the GPU that a backend's device is: "cuda:1" is "gpu1", or "gpu" where the readings are of an
// integrated one. Empty for what is no GPU.
std::string gpu_of_device(std::string_view device, const Histories&);

// On unified memory the kernel's "clock.gpu" and NVML's "load.gpu0" are of one integrated GPU, as
// on AGX Thor, where neither tells everything: the load, the clocks and the throttling of both
// become those of "gpu". What both tell is taken from the kernel. One of several GPUs, or one with
// a memory of its own, keeps its name.
Histories with_one_gpu_name(Histories, MemoryArchitecture);

}  // namespace jetmeter
