// What machine this is: facts that a reader needs to believe a number. Plain data; what could not
// be found out is absent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/core.h"

namespace jetmeter {

// Unified: CPU and GPU share one DRAM (Jetson). Discrete: a GPU with memory of its own. Host: no
// GPU.
enum class MemoryArchitecture { unified, discrete, host };
std::string_view name(MemoryArchitecture);

struct Board {
  std::string model;                        // device tree: "NVIDIA Jetson Orin Nano Developer Kit"
  std::optional<std::string> l4t, jetpack;  // "36.4.4", "6.2.1"
  // The module, as device.h calls it: "Jetson Orin Nano 8GB Super". The model says what was flashed
  // and names carriers; this says what computes.
  std::optional<std::string> module;
  std::optional<std::string> part_number;  // of the module: "p3767-0005"
  std::optional<std::string> soc;          // "tegra234"
};

struct Gpu {
  std::string name;
  std::optional<std::uint64_t> memory_bytes;        // its own memory; absent on unified machines
  std::optional<std::string> compute_capability{};  // "8.7"
  std::optional<std::string> driver{};              // "550.54.15"
};

// The highest frequencies that something lets units run at; absent where it sets no limit or does
// not say.
struct ClockCaps {
  std::optional<std::uint64_t> cpu_hz, gpu_hz, emc_hz;
};

struct Clocks {
  ClockCaps caps;  // in force now, as the kernel shows them; the CPU's is that of its fastest core
  ClockCaps mode;  // what nvpmodel's table asks for in the active power mode
  // Whether CPU and GPU can run at one frequency only, as after jetson_clocks. The EMC counts where
  // it can be read, which takes root. Absent where CPU or GPU do not tell.
  std::optional<bool> locked;
};

struct Machine {
  std::optional<Board> board;
  MemoryArchitecture memory_architecture = MemoryArchitecture::host;
  std::string cpu;  // model name, or the architecture where /proc/cpuinfo has none
  int cores = 0;    // online; 0 where nothing tells
  std::optional<std::uint64_t> memory_total_bytes;
  std::vector<Gpu> gpus;
  std::string kernel;
  std::optional<std::string> power_mode;  // nvpmodel's name, or its id where no name is known
  std::optional<std::string> governor;    // of cpu0
  // Which id is which mode differs from module to module.
  std::optional<std::uint64_t> power_mode_id;
  std::optional<std::string> fan_profile;  // of nvfancontrol or nvpmodel: "quiet"
  std::optional<int> active_sms;           // of an integrated GPU, whose modes switch some off
  Clocks clocks;
  // A guest of a hypervisor, whose other guests take time, cache and clocks unseen. Absent where
  // the CPU has no flag for it.
  std::optional<bool> virtual_machine;
};

// Reads under host.root only.
Machine identify_machine(const Host&);

}  // namespace jetmeter
