// What jetmeter uses of NVML's binary interface, with the values of NVIDIA's public nvml.h (checked
// against that of CUDA 13.3). Declared and not included: jetmeter builds without CUDA, and finds
// the library of the driver, if there is one, at run time.
#pragma once

#include <cstdint>
#include <limits>

namespace jetmeter {

// Other values than these may come back.
enum class NvmlReturn : int {
  success = 0,
  not_supported = 3,
  insufficient_size = 7,
  function_not_found = 13,
  gpu_is_lost = 15,
  library_mismatch = 18,
  no_data = 21,
  unknown = 999,
};

using NvmlDevice = struct NvmlDeviceHandle*;

struct NvmlUtilization {
  unsigned gpu, memory;  // percent
};
struct NvmlMemory {
  unsigned long long total, free, used;  // bytes; `used` holds what the driver reserves
};
struct NvmlTemperature {
  unsigned version;
  int sensor;
  int celsius;
};
static_assert(sizeof(NvmlUtilization) == 8 && sizeof(NvmlMemory) == 24 &&
              sizeof(NvmlTemperature) == 12);

// A structure that carries its version says its size there too.
inline constexpr unsigned kNvmlTemperatureVersion = sizeof(NvmlTemperature) | (1U << 24U);
inline constexpr int kNvmlGpuSensor = 0;

enum class NvmlClock : int { sm = 1, memory = 2 };

// NVML_VALUE_NOT_AVAILABLE, in fields of 32 and of 64 bits.
inline constexpr unsigned kNvmlNotTold = std::numeric_limits<unsigned>::max();
inline constexpr unsigned long long kNvmlNotTold64 = std::numeric_limits<unsigned long long>::max();

// Reasons why a GPU's clocks are lower than they could be.
inline constexpr unsigned long long kNvmlHardwareSlowdown = 0x08;
inline constexpr unsigned long long kNvmlSoftwareThermalSlowdown = 0x20;
inline constexpr unsigned long long kNvmlHardwareThermalSlowdown = 0x40;
inline constexpr unsigned long long kNvmlPowerBrakeSlowdown = 0x80;

inline constexpr unsigned kNvmlNameBytes = 96;
inline constexpr unsigned kNvmlDriverVersionBytes = 80;

// Null where the library has no such function.
struct NvmlFunctions {
  NvmlReturn (*init)() = nullptr;
  NvmlReturn (*shutdown)() = nullptr;
  const char* (*error_string)(NvmlReturn) = nullptr;
  NvmlReturn (*driver_version)(char*, unsigned) = nullptr;
  NvmlReturn (*count)(unsigned*) = nullptr;
  NvmlReturn (*handle)(unsigned, NvmlDevice*) = nullptr;
  NvmlReturn (*name)(NvmlDevice, char*, unsigned) = nullptr;
  NvmlReturn (*compute_capability)(NvmlDevice, int*, int*) = nullptr;
  NvmlReturn (*utilization)(NvmlDevice, NvmlUtilization*) = nullptr;
  NvmlReturn (*memory)(NvmlDevice, NvmlMemory*) = nullptr;
  NvmlReturn (*clock)(NvmlDevice, NvmlClock, unsigned* megahertz) = nullptr;
  NvmlReturn (*max_clock)(NvmlDevice, NvmlClock, unsigned* megahertz) = nullptr;
  NvmlReturn (*temperature)(NvmlDevice, int sensor, unsigned* celsius) = nullptr;
  NvmlReturn (*temperature_v)(NvmlDevice, NvmlTemperature*) = nullptr;
  NvmlReturn (*power)(NvmlDevice, unsigned* milliwatts) = nullptr;
  NvmlReturn (*energy)(NvmlDevice, unsigned long long* millijoules) = nullptr;
  NvmlReturn (*clock_reasons)(NvmlDevice, unsigned long long* mask) = nullptr;
  // The entries' layout depends on the driver: see nvml_clients.cpp.
  NvmlReturn (*compute_processes)(NvmlDevice, unsigned* count, void* entries) = nullptr;
  NvmlReturn (*graphics_processes)(NvmlDevice, unsigned* count, void* entries) = nullptr;
};

}  // namespace jetmeter
