// The checks that diagnose() makes, and what they share. Each is pure and leaves no finding where
// it does not concern the kind of machine.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/doctor.h"

namespace jetmeter {

using DoctorCheck = std::optional<Finding> (*)(const DoctorFacts&);

std::span<const DoctorCheck> clock_checks();   // power mode, caps, clocks, heat, power
std::span<const DoctorCheck> memory_checks();  // what is left, swap, free blocks, GPU memory
std::span<const DoctorCheck> load_checks();    // who else computes, how time and sensors tell

bool is_jetson(const DoctorFacts&);
bool has_gpu(const DoctorFacts&);

// Null where no sensor has such a channel.
const ChannelFacts* find_channel(const DoctorFacts&, std::string_view name);
std::optional<double> latest(const DoctorFacts&, std::string_view channel);
// Why a channel that this sensor has elsewhere is not there.
std::string why_no_channel(const DoctorFacts&, std::string_view sensor, std::string_view channel);

Finding fine(std::string_view code, std::string what);
Finding not_known(std::string_view code, std::string what, std::string why,
                  std::string command = "");

struct GpuLoad {
  std::string name;  // "the GPU", or "GPU 1" where there are several
  std::optional<double> percent;
};
// Of each, in the order of the machine's GPUs.
std::vector<GpuLoad> gpu_loads(const DoctorFacts&);

// Shows the processes that hold memory of the GPU and are still there. Empty where none is known.
std::string show_gpu_users(const DoctorFacts&);

std::optional<Finding> power_mode(const DoctorFacts&);
std::optional<Finding> throttling(const DoctorFacts&);
std::optional<Finding> clock_caps(const DoctorFacts&);  // against those of the mode
// The mode without caps, or the one that no other exceeds: in a clock, in SMs or in cores that are
// on. Null where the table does not decide it.
const NvpMode* fastest_mode(std::span<const NvpMode>);

std::string megahertz(double hz);                   // "1020 MHz"
std::string list_of(std::span<const std::string>);  // "a, b and c"

}  // namespace jetmeter
