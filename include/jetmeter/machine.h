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
};

struct Gpu {
  std::string name;
  std::optional<std::uint64_t> memory_bytes;  // its own memory; absent on unified machines
};

struct Machine {
  std::optional<Board> board;
  MemoryArchitecture memory_architecture = MemoryArchitecture::host;
  std::string cpu;  // model name, or the architecture where /proc/cpuinfo has none
  int cores = 0;    // online
  std::optional<std::uint64_t> memory_total_bytes;
  std::vector<Gpu> gpus;
  std::string kernel;
  std::optional<std::string> power_mode;  // nvpmodel's name or id
  std::optional<std::string> governor;    // of cpu0
};

// Reads under host.root only.
Machine identify_machine(const Host&);

}  // namespace jetmeter
