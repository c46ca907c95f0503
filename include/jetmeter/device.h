// What the Jetson modules can do at best: published specifications and the tables of their power
// modes, as data, and the peaks that follow from them. Pure; may be used from any thread.
//
// An absent value is one that no source states. Frequencies are in hertz, rates in operations per
// second (a multiply-add is two), bandwidth in bytes per second.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include "jetmeter/core.h"
#include "jetmeter/machine.h"

namespace jetmeter {

// The cap of a mode that lets a unit run as fast as it can.
inline constexpr double kNoCap = std::numeric_limits<double>::infinity();

// INT8 with structured sparsity, in 10^12 operations per second, as the vendor publishes them.
struct SparseTops {
  std::optional<double> gpu, dla, total;
};

// One line of a module's nvpmodel table. Ids are not ordered by speed, and mode 0 is not always the
// fastest: look modes up by name.
struct DeviceMode {
  int id = 0;
  std::string_view name;
  std::optional<int> cpu_cores;
  std::optional<double> cpu_cap_hz;
  std::optional<unsigned> tpc_mask;  // a set bit switches off a TPC, which is two SMs
  std::optional<double> gpu_cap_hz, emc_cap_hz, dla_cap_hz;
  SparseTops published = {};
};

// Operations per SM and clock, dense. A rate that the GPU has no units for is absent.
struct GpuArchitecture {
  std::string_view name, compute_capability;
  int tpcs = 0;  // of the whole chip, two SMs each; 0: not stated
  std::optional<double> fp32, tf32, fp16, int8;
  bool sparsity = false;  // tensor cores skip half the weights at twice the rate
};

struct Device {
  std::string_view name;                              // "Jetson Orin Nano 8GB Super"
  std::string_view family;                            // as the model string of its boards has it
  std::string_view soc;                               // "tegra234"
  std::array<std::string_view, 2> part_numbers = {};  // "p3767-0003"; unused ones are empty
  bool super = false;  // the same hardware, flashed with the faster tables of JetPack 6.2
  const GpuArchitecture* gpu = nullptr;
  std::optional<int> sms, cuda_cores, tensor_cores;
  std::optional<double> gpu_max_hz;
  std::optional<int> memory_gib;  // on the module; the system sees 4 to 17 % less
  std::optional<int> memory_bits;
  std::optional<double> emc_max_hz;
  std::optional<double> bandwidth_bytes_per_second;  // as published, rounded
  SparseTops published = {};
  std::optional<int> dlas;  // deep learning accelerators; 0: it has none
  std::optional<double> dla_max_hz;
  std::optional<int> cpu_cores;
  std::string_view cpu;
  std::optional<double> cpu_max_hz;
  std::optional<int> least_watts, most_watts;
  std::span<const DeviceMode> modes = {};
};

std::span<const Device> device_table();

// By a name in any spelling ("orin-nano-8gb-super", "NVIDIA Jetson AGX Orin 64GB") or a part number
// ("p3767-0005", with "-super" behind it for the faster tables). Fails with the names that were
// meant where there are several.
Result<const Device*> find_device(std::string_view name);
// Null where the machine is no Jetson or does not tell enough; never the nearest one.
const Device* find_device(const Machine&);

// Null where the module has no such mode. Letters count alike.
const DeviceMode* find_mode(const Device&, std::string_view name);

// SMs that a mask leaves on; absent where the chip's size is not known.
std::optional<int> active_sms(const Device&, unsigned tpc_mask);

// Dense rates on the tensor cores where there are any; FP16 on Maxwell and FP32 are those of the
// CUDA cores.
struct Peaks {
  std::optional<double> fp32, tf32, fp16, int8, fp16_sparse, int8_sparse;
  std::optional<double> bandwidth_bytes_per_second;
};

// At `sms` and clocks that are given; each rate is absent where what it needs is.
Peaks peaks_at(const Device&, std::optional<int> sms, std::optional<double> gpu_hz,
               std::optional<double> emc_hz);
// With everything on, at the highest clocks.
Peaks peaks(const Device&);
// In one of its modes.
Peaks peaks(const Device&, const DeviceMode&);
// As the machine is set up now: its active SMs and the caps that it shows, else those of its mode.
Peaks peaks(const Device&, const Machine&);

}  // namespace jetmeter
