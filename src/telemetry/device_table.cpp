// The modules, one row each. Specifications: NVIDIA's data sheets as vendors and Ultralytics quote
// them. Modes: the nvpmodel.conf files of the modules (JetPack 6). Chips' rates per clock: measured
// on an Orin Nano at 612 MHz (9.73 TFLOPS of 10.03, 19.5 TOPS of 20.05), elsewhere from the peaks
// that are published.
#include "jetmeter/device.h"

namespace jetmeter {
namespace {

constexpr double kMega = 1e6;
constexpr double kGiga = 1e9;

constexpr GpuArchitecture kMaxwell{
    .name = "GM20B", .compute_capability = "5.3", .fp32 = 256, .fp16 = 512};
constexpr GpuArchitecture kPascal{.name = "GP10B", .compute_capability = "6.2"};
constexpr GpuArchitecture kVolta{
    .name = "GV11B", .compute_capability = "7.2", .fp32 = 128, .fp16 = 1024, .int8 = 2048};
// Four tensor cores per SM; GeForce's of the same name do half of this.
constexpr GpuArchitecture kAmpere{.name = "GA10B",
                                  .compute_capability = "8.7",
                                  .tpcs = 8,
                                  .fp32 = 256,
                                  .tf32 = 1024,
                                  .fp16 = 2048,
                                  .int8 = 4096,
                                  .sparsity = true};
// From 8.06, 258 and 517 at 20 SMs and 1575 MHz.
constexpr GpuArchitecture kBlackwell{.name = "GB10B",
                                     .compute_capability = "11.0",
                                     .fp32 = 256,
                                     .fp16 = 8192,
                                     .int8 = 16384,
                                     .sparsity = true};

// One line of a table of modes, in the units of its source: kHz for the CPU, MHz for the others.
constexpr double kAny = -1;      // no limit, as nvpmodel.conf writes it
constexpr double kUnstated = 0;  // the source does not say

constexpr std::optional<double> cap(double value, double unit) {
  if (value == kUnstated) return std::nullopt;
  return value == kAny ? kNoCap : value * unit;
}

constexpr DeviceMode mode(int id, std::string_view name, int cores, double cpu_khz, unsigned mask,
                          double gpu_mhz, double emc_mhz, double dla_mhz = kUnstated,
                          SparseTops published = {}) {
  return {.id = id,
          .name = name,
          .cpu_cores = cores,
          .cpu_cap_hz = cap(cpu_khz, 1e3),
          .tpc_mask = mask,
          .gpu_cap_hz = cap(gpu_mhz, kMega),
          .emc_cap_hz = cap(emc_mhz, kMega),
          .dla_cap_hz = cap(dla_mhz, kMega),
          .published = published};
}

// The published figures are of JetPack 5, whose steps were 828.75, 624.75 and 420.75 MHz.
constexpr DeviceMode kAgxOrin64Modes[] = {
    mode(0, "MAXN", 12, kAny, 0, kAny, kAny, kAny, {171, 105, 275}),
    mode(1, "MODE_15W", 4, 1113600, 248, 408, 2133, 614.4, {14, 40, 54}),
    mode(2, "MODE_30W", 8, 1728000, 240, 612, kAny, 1369.6, {41, 90, 131}),
    mode(3, "MODE_50W", 12, 1497600, 0, 816, kAny, 1369.6, {109, 92, 200}),
};
constexpr DeviceMode kAgxOrin32Modes[] = {
    mode(0, "MAXN", 8, kAny, 128, kAny, kAny, kAny),
    mode(1, "MODE_15W", 4, 1113600, 248, 408, 2133, 614.4),
    mode(2, "MODE_30W", 8, 1728000, 240, 612, kAny, 1369.6),
    mode(3, "MODE_40W", 8, 1497600, 128, 816, kAny, 1228.8),
};
constexpr DeviceMode kOrinNx16Modes[] = {
    mode(0, "MAXN", 8, kAny, 240, kAny, kAny, kAny),
    mode(1, "10W", 4, 1190400, 252, 612, 2133, 153.6),
    mode(2, "15W", 4, 1651200, 252, 612, kAny, 614.4),
    mode(3, "25W", 8, 1497600, 240, 408, kAny, 614.4),
};
constexpr DeviceMode kOrinNx16SuperModes[] = {
    mode(0, "MAXN_SUPER", 8, kAny, 240, kAny, kAny, kAny),
    mode(1, "10W", 4, 1190400, 252, 612, 2133, 153.6),
    mode(2, "15W", 4, 1420800, 252, 612, kAny, 614.4),
    mode(3, "25W", 8, 1497600, 240, 408, kAny, 614.4),
    mode(4, "40W", 8, 1497600, 240, 1173, kAny, 908.8),
};
constexpr DeviceMode kOrinNx8Modes[] = {
    mode(0, "MAXN", 6, kAny, 240, kAny, kAny, kAny),
    mode(1, "10W", 4, 1190400, 252, 612, 2133, 153.6),
    mode(2, "15W", 4, 1420800, 252, 612, kAny, 614.4),
    mode(3, "20W", 6, 1497600, 240, 408, kAny, 614.4),
};
constexpr DeviceMode partly_known(int id, std::string_view name, unsigned mask, double gpu_mhz) {
  return {.id = id, .name = name, .tpc_mask = mask, .gpu_cap_hz = cap(gpu_mhz, kMega)};
}
constexpr DeviceMode kOrinNx8SuperModes[] = {
    partly_known(0, "MAXN_SUPER", 240, kAny),
    partly_known(1, "10W", 252, 612),
    partly_known(2, "15W", 252, 612),
    partly_known(3, "20W", 240, 408),
    mode(4, "40W", 6, 1984000, 240, 1173, kUnstated, 1203.2),
};
constexpr DeviceMode kOrinNano8Modes[] = {
    mode(0, "15W", 6, kAny, 240, kAny, kAny),
    mode(1, "7W", 4, 960000, 252, 408, 2133),
};
constexpr DeviceMode kOrinNano8SuperModes[] = {
    mode(0, "15W", 6, 1497600, 240, 612, 2133),
    mode(1, "25W", 6, 1344000, 240, 918, 3199),
    mode(2, "MAXN_SUPER", 6, kAny, 240, kAny, kAny),
    {.id = 3, .name = "7W"},  // from JetPack 7 on
};
constexpr DeviceMode kOrinNano4Modes[] = {
    mode(0, "10W", 6, kAny, 252, kAny, kAny),
    mode(1, "7W_AI", 4, 806400, 252, 408, 2133),
    mode(2, "7W_CPU", 4, 960000, 252, 306, 2133),
};
constexpr DeviceMode kOrinNano4SuperModes[] = {
    mode(0, "10W", 6, 1497600, 252, 612, 2133),
    mode(1, "25W", 6, 1728000, 252, 1020, 3199),
    mode(2, "MAXN_SUPER", 6, kAny, 252, kAny, kAny),
};
constexpr DeviceMode kThorT5000Modes[] = {
    {.id = 0, .name = "MAXN"},
    {.id = 1, .name = "120W"},
    {.id = 2, .name = "90W"},
    {.id = 3, .name = "70W"},
};

constexpr std::string_view kA78 = "Cortex-A78AE", kV3 = "Neoverse-V3AE", kCarmel = "Carmel",
                           kA57 = "Cortex-A57";
constexpr std::string_view kOrin = "tegra234", kXavier = "tegra194", kThor = "tegra264",
                           kNano = "tegra210";
constexpr double kOrinEmc = 3199 * kMega;
constexpr double kSlowEmc = 2133 * kMega;

// clang-format off
constexpr Device kDevices[] = {
    {.name = "Jetson AGX Orin 64GB", .family = "AGX Orin", .soc = kOrin,
     .part_numbers = {"p3701-0005", "p3701-0000"},
     .gpu = &kAmpere, .sms = 16, .cuda_cores = 2048, .tensor_cores = 64,
     .gpu_max_hz = 1300.5 * kMega,
     .memory_gib = 64, .memory_bits = 256, .emc_max_hz = kOrinEmc,
     .bandwidth_bytes_per_second = 204.8 * kGiga,
     .published = {170, 105, 275}, .dlas = 2, .dla_max_hz = 1600 * kMega,
     .cpu_cores = 12, .cpu = kA78, .cpu_max_hz = 2201.6 * kMega,
     .least_watts = 15, .most_watts = 60,
     .modes = kAgxOrin64Modes},
    {.name = "Jetson AGX Orin 32GB", .family = "AGX Orin", .soc = kOrin,
     .part_numbers = {"p3701-0004"},
     .gpu = &kAmpere, .sms = 14, .cuda_cores = 1792, .tensor_cores = 56,
     .gpu_max_hz = 930 * kMega,
     .memory_gib = 32, .memory_bits = 256, .emc_max_hz = kOrinEmc,
     .bandwidth_bytes_per_second = 204.8 * kGiga,
     .published = {107, 92, 200}, .dlas = 2, .dla_max_hz = 1400 * kMega,
     .cpu_cores = 8, .cpu = kA78, .cpu_max_hz = 2201.6 * kMega,
     .least_watts = 15, .most_watts = 40,
     .modes = kAgxOrin32Modes},
    // Its faster table comes with JetPack 7.2; of its clocks nothing is published.
    {.name = "Jetson AGX Orin 32GB Super", .family = "AGX Orin", .soc = kOrin,
     .part_numbers = {"p3701-0004"}, .super = true,
     .gpu = &kAmpere, .sms = 14, .cuda_cores = 1792, .tensor_cores = 56,
     .memory_gib = 32, .memory_bits = 256, .emc_max_hz = kOrinEmc,
     .bandwidth_bytes_per_second = 204.8 * kGiga,
     .published = {.total = 241}, .dlas = 2,
     .cpu_cores = 8, .cpu = kA78},
    {.name = "Jetson Orin NX 16GB", .family = "Orin NX", .soc = kOrin,
     .part_numbers = {"p3767-0000"},
     .gpu = &kAmpere, .sms = 8, .cuda_cores = 1024, .tensor_cores = 32,
     .gpu_max_hz = 918 * kMega,
     .memory_gib = 16, .memory_bits = 128, .emc_max_hz = kOrinEmc,
     .bandwidth_bytes_per_second = 102.4 * kGiga,
     .published = {60, 40, 100}, .dlas = 2, .dla_max_hz = 614 * kMega,
     .cpu_cores = 8, .cpu = kA78, .cpu_max_hz = 1984 * kMega,
     .least_watts = 10, .most_watts = 25,
     .modes = kOrinNx16Modes},
    {.name = "Jetson Orin NX 16GB Super", .family = "Orin NX", .soc = kOrin,
     .part_numbers = {"p3767-0000"}, .super = true,
     .gpu = &kAmpere, .sms = 8, .cuda_cores = 1024, .tensor_cores = 32,
     .gpu_max_hz = 1173 * kMega,
     .memory_gib = 16, .memory_bits = 128, .emc_max_hz = kOrinEmc,
     .bandwidth_bytes_per_second = 102.4 * kGiga,
     .published = {77, 80, 157}, .dlas = 2, .dla_max_hz = 1230 * kMega,
     .cpu_cores = 8, .cpu = kA78, .cpu_max_hz = 1984 * kMega,
     .least_watts = 10, .most_watts = 40,
     .modes = kOrinNx16SuperModes},
    {.name = "Jetson Orin NX 8GB", .family = "Orin NX", .soc = kOrin,
     .part_numbers = {"p3767-0001"},
     .gpu = &kAmpere, .sms = 8, .cuda_cores = 1024, .tensor_cores = 32,
     .gpu_max_hz = 765 * kMega,
     .memory_gib = 8, .memory_bits = 128, .emc_max_hz = kOrinEmc,
     .bandwidth_bytes_per_second = 102.4 * kGiga,
     .published = {50, 20, 70}, .dlas = 1, .dla_max_hz = 614 * kMega,
     .cpu_cores = 6, .cpu = kA78, .cpu_max_hz = 1984 * kMega,
     .least_watts = 10, .most_watts = 20,
     .modes = kOrinNx8Modes},
    {.name = "Jetson Orin NX 8GB Super", .family = "Orin NX", .soc = kOrin,
     .part_numbers = {"p3767-0001"}, .super = true,
     .gpu = &kAmpere, .sms = 8, .cuda_cores = 1024, .tensor_cores = 32,
     .gpu_max_hz = 1173 * kMega,
     .memory_gib = 8, .memory_bits = 128, .emc_max_hz = kOrinEmc,
     .bandwidth_bytes_per_second = 102.4 * kGiga,
     .published = {77, 40, 117}, .dlas = 1, .dla_max_hz = 1230 * kMega,
     .cpu_cores = 6, .cpu = kA78, .cpu_max_hz = 1984 * kMega,
     .least_watts = 10, .most_watts = 40,
     .modes = kOrinNx8SuperModes},
    {.name = "Jetson Orin Nano 8GB", .family = "Orin Nano", .soc = kOrin,
     .part_numbers = {"p3767-0003", "p3767-0005"},
     .gpu = &kAmpere, .sms = 8, .cuda_cores = 1024, .tensor_cores = 32,
     .gpu_max_hz = 624.75 * kMega,
     .memory_gib = 8, .memory_bits = 128, .emc_max_hz = kSlowEmc,
     .bandwidth_bytes_per_second = 68 * kGiga,
     .published = {.gpu = 40, .total = 40}, .dlas = 0,
     .cpu_cores = 6, .cpu = kA78, .cpu_max_hz = 1.5 * kGiga,
     .least_watts = 7, .most_watts = 15,
     .modes = kOrinNano8Modes},
    {.name = "Jetson Orin Nano 8GB Super", .family = "Orin Nano", .soc = kOrin,
     .part_numbers = {"p3767-0003", "p3767-0005"}, .super = true,
     .gpu = &kAmpere, .sms = 8, .cuda_cores = 1024, .tensor_cores = 32,
     .gpu_max_hz = 1020 * kMega,
     .memory_gib = 8, .memory_bits = 128, .emc_max_hz = kOrinEmc,
     .bandwidth_bytes_per_second = 102 * kGiga,
     .published = {.gpu = 67, .total = 67}, .dlas = 0,
     .cpu_cores = 6, .cpu = kA78, .cpu_max_hz = 1728 * kMega,
     .least_watts = 7, .most_watts = 25,
     .modes = kOrinNano8SuperModes},
    {.name = "Jetson Orin Nano 4GB", .family = "Orin Nano", .soc = kOrin,
     .part_numbers = {"p3767-0004"},
     .gpu = &kAmpere, .sms = 4, .cuda_cores = 512, .tensor_cores = 16,
     .gpu_max_hz = 624.75 * kMega,
     .memory_gib = 4, .memory_bits = 64, .emc_max_hz = kSlowEmc,
     .bandwidth_bytes_per_second = 34 * kGiga,
     .published = {.gpu = 20, .total = 20}, .dlas = 0,
     .cpu_cores = 6, .cpu = kA78, .cpu_max_hz = 1.5 * kGiga,
     .least_watts = 7, .most_watts = 10,
     .modes = kOrinNano4Modes},
    {.name = "Jetson Orin Nano 4GB Super", .family = "Orin Nano", .soc = kOrin,
     .part_numbers = {"p3767-0004"}, .super = true,
     .gpu = &kAmpere, .sms = 4, .cuda_cores = 512, .tensor_cores = 16,
     .gpu_max_hz = 1020 * kMega,
     .memory_gib = 4, .memory_bits = 64, .emc_max_hz = kOrinEmc,
     .bandwidth_bytes_per_second = 51 * kGiga,
     .published = {.gpu = 34, .total = 34}, .dlas = 0,
     .cpu_cores = 6, .cpu = kA78, .cpu_max_hz = 1728 * kMega,
     .least_watts = 7, .most_watts = 25,
     .modes = kOrinNano4SuperModes},
    // Published in FP4: 2070 and 1200 TFLOPS, sparse.
    {.name = "Jetson AGX Thor T5000", .family = "Thor", .soc = kThor,
     .part_numbers = {"p3834-0008"},
     .gpu = &kBlackwell, .sms = 20, .cuda_cores = 2560, .tensor_cores = 96,
     .gpu_max_hz = 1575 * kMega,
     .memory_gib = 128, .memory_bits = 256,
     .bandwidth_bytes_per_second = 273 * kGiga,
     .dlas = 0,
     .cpu_cores = 14, .cpu = kV3, .cpu_max_hz = 2601 * kMega,
     .least_watts = 40, .most_watts = 130,
     .modes = kThorT5000Modes},
    {.name = "Jetson Thor T4000", .family = "Thor", .soc = kThor,
     .gpu = &kBlackwell, .sms = 12, .cuda_cores = 1536, .tensor_cores = 64,
     .memory_gib = 64,
     .bandwidth_bytes_per_second = 273 * kGiga,
     .dlas = 0,
     .cpu_cores = 12, .cpu = kV3,
     .least_watts = 40, .most_watts = 70},
    // Xavier publishes dense TOPS; its tensor cores know no sparsity.
    {.name = "Jetson AGX Xavier 32GB", .family = "AGX Xavier", .soc = kXavier,
     .part_numbers = {"p2888-0003", "p2888-0004"},
     .gpu = &kVolta, .sms = 8, .cuda_cores = 512, .tensor_cores = 64,
     .gpu_max_hz = 1377 * kMega,
     .memory_gib = 32, .memory_bits = 256, .emc_max_hz = kSlowEmc,
     .bandwidth_bytes_per_second = 136.5 * kGiga,
     .dlas = 2, .dla_max_hz = 1400 * kMega,
     .cpu_cores = 8, .cpu = kCarmel, .cpu_max_hz = 2.26 * kGiga,
     .least_watts = 10, .most_watts = 30},
    {.name = "Jetson Xavier NX 8GB", .family = "Xavier NX", .soc = kXavier,
     .part_numbers = {"p3668-0000", "p3668-0001"},
     .gpu = &kVolta, .sms = 6, .cuda_cores = 384, .tensor_cores = 48,
     .gpu_max_hz = 1100 * kMega,
     .memory_gib = 8, .memory_bits = 128,
     .bandwidth_bytes_per_second = 59.7 * kGiga,
     .dlas = 2, .dla_max_hz = 1100 * kMega,
     .cpu_cores = 6, .cpu = kCarmel, .cpu_max_hz = 1.9 * kGiga,
     .least_watts = 10, .most_watts = 20},
    {.name = "Jetson Xavier NX 16GB", .family = "Xavier NX", .soc = kXavier,
     .part_numbers = {"p3668-0003"},
     .gpu = &kVolta, .sms = 6, .cuda_cores = 384, .tensor_cores = 48,
     .gpu_max_hz = 1100 * kMega,
     .memory_gib = 16, .memory_bits = 128,
     .bandwidth_bytes_per_second = 59.7 * kGiga,
     .dlas = 2, .dla_max_hz = 1100 * kMega,
     .cpu_cores = 6, .cpu = kCarmel, .cpu_max_hz = 1.9 * kGiga,
     .least_watts = 10, .most_watts = 20},
    {.name = "Jetson Nano 4GB", .family = "Nano", .soc = kNano,
     .part_numbers = {"p3448-0000"},
     .gpu = &kMaxwell, .sms = 1, .cuda_cores = 128, .tensor_cores = 0,
     .gpu_max_hz = 921 * kMega,
     .memory_gib = 4, .memory_bits = 64, .emc_max_hz = 1600 * kMega,
     .bandwidth_bytes_per_second = 25.6 * kGiga,
     .dlas = 0,
     .cpu_cores = 4, .cpu = kA57, .cpu_max_hz = 1.43 * kGiga,
     .least_watts = 5, .most_watts = 10},
    // From here on: told apart by their part numbers, but not specified.
    {.name = "Jetson Nano 2GB", .family = "Nano", .soc = kNano,
     .part_numbers = {"p3448-0003"},
     .gpu = &kMaxwell,
     .memory_gib = 2},
    {.name = "Jetson AGX Xavier 16GB", .family = "AGX Xavier", .soc = kXavier,
     .part_numbers = {"p2888-0001"},
     .gpu = &kVolta,
     .memory_gib = 16},
    {.name = "Jetson AGX Xavier 64GB", .family = "AGX Xavier", .soc = kXavier,
     .part_numbers = {"p2888-0005"},
     .gpu = &kVolta,
     .memory_gib = 64},
    {.name = "IGX Orin", .family = "IGX Orin", .soc = kOrin,
     .part_numbers = {"p3701-0002"},
     .gpu = &kAmpere},
    {.name = "Jetson TX2", .family = "TX2", .soc = "tegra186",
     .part_numbers = {"p3310-1000"},
     .gpu = &kPascal,
     .memory_gib = 8},
};
// clang-format on
}  // namespace

std::span<const Device> device_table() {
  return kDevices;
}

}  // namespace jetmeter
