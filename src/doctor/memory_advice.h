// How much memory models may take on a machine, and how many at a time. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "jetmeter/doctor.h"

namespace jetmeter {

// Of the machine's memory, which a run is to leave available.
inline constexpr double kShareKept = 0.2;
inline constexpr std::string_view kTheReserve =
    "the reserve that jetmeter keeps: below it a peak of anything else makes the kernel reclaim "
    "pages that are in use, swap, or kill";

// Who holds memory of the system, as far as the facts tell, and the command that names the others.
// The page cache is not among them: what can be had counts it already.
std::string what_gives_memory_back(const DoctorFacts&);

// What the machine has, or what its container may use of that.
std::optional<std::uint64_t> usable_memory(const DoctorFacts&);
// Of the discrete GPUs, the one with the most memory free, which counts the less the busier the GPU
// is; its number is that of its device, "cuda:1". Absent where none tells.
std::optional<std::size_t> gpu_for_models(const DoctorFacts&);
// The memory of that one. Null where there is none.
const Pool* vram(const DoctorFacts&);
// Each is a process with its own runtime.
int worker_count(const DoctorFacts&);

// The limit of one worker, whose footprint holds what it has in RAM and in VRAM. Absent where the
// machine does not tell its memory.
std::optional<Advice> memory_limit_advice(const DoctorFacts&);

}  // namespace jetmeter
