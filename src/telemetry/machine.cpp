#include "jetmeter/machine.h"

#include <algorithm>

#include "jetmeter/device.h"
#include "telemetry/board.h"
#include "telemetry/clocks.h"
#include "telemetry/folder.h"
#include "telemetry/module.h"
#include "telemetry/nvml_gpus.h"
#include "telemetry/nvpmodel.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

std::string text_of(const Host& host, std::string_view path) {
  return read_text(host.path(path)).value_or("");
}

// ARM kernels name no model; what they do say tells the architecture.
std::string cpu_name(const Host& host) {
  const auto info = text_of(host, "/proc/cpuinfo");
  auto model = clean_name(colon_value(info, "model name").value_or(""));
  if (!model.empty()) return model;
  auto kernel_arch = clean_name(text_of(host, "/proc/sys/kernel/arch"));
  if (!kernel_arch.empty()) return kernel_arch;
  const auto arm = colon_value(info, "CPU architecture");
  if (!arm) return "unknown";
  return *arm == "8" ? "aarch64" : "arm";
}

std::optional<bool> is_virtual(const Host& host) {
  const auto info = text_of(host, "/proc/cpuinfo");
  auto flags = colon_value(info, "flags");
  if (!flags) return std::nullopt;
  while (!flags->empty())
    if (next_word(*flags) == "hypervisor") return true;
  return false;
}

int online_cores(const Host& host) {
  const auto list = processor_list(text_of(host, "/sys/devices/system/cpu/online"));
  if (list) return static_cast<int>(list->size());
  int cores = 0;
  const auto info = text_of(host, "/proc/cpuinfo");
  std::string_view rest = info;
  while (auto line = next_line(rest)) {
    if (next_word(*line) == "processor") ++cores;
  }
  return cores;
}

// What NVIDIA's driver for discrete GPUs shows. It does not tell the size of their memory.
std::vector<Gpu> driver_gpus(const Host& host) {
  std::vector<Gpu> gpus;
  for (const auto& folder : entries_of(host.path("/proc/driver/nvidia/gpus"))) {
    const auto information = read_text(folder / "information").value_or("");
    auto model = clean_name(colon_value(information, "Model").value_or(""));
    gpus.push_back({model.empty() ? "NVIDIA GPU" : model, std::nullopt});
  }
  return gpus;
}

std::optional<std::string> present(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

void identify_module(const BoardFacts& facts, const PowerModes& modes, Machine& machine) {
  if (!machine.board || !facts.tegra) return;
  auto& board = *machine.board;
  const auto* device = find_module({.part_number = board.part_number.value_or(""),
                                    .soc = facts.soc,
                                    .model = board.model,
                                    .memory_bytes = machine.memory_total_bytes,
                                    .super = facts.super || modes.super()});
  if (device != nullptr) board.module = std::string(device->name);
}

void describe_mode(const Host& host, const PowerModes& modes, Machine& machine) {
  machine.power_mode_id = modes.active;
  machine.fan_profile = modes.fan_profile;
  const auto* mode = modes.active_mode();
  if (mode != nullptr && !mode->name.empty()) {
    machine.power_mode = mode->name;
  } else if (modes.active) {
    machine.power_mode = std::to_string(*modes.active);
  }
  machine.clocks = read_clocks(host);
  if (mode != nullptr) machine.clocks.mode = mode->caps;
  const auto* device = find_device(machine);
  auto mask = read_tpc_mask(host);
  if (!mask && mode != nullptr && mode->tpc_mask) mask = static_cast<unsigned>(*mode->tpc_mask);
  if (mask && device != nullptr) machine.active_sms = active_sms(*device, *mask);
}

// Sets the GPUs, and whether the machine's memory is theirs as well. NVML tells more than the
// driver's folder; both may be there on a Tegra too (JetPack 7), so that this is asked first.
void identify_gpus(const Host& host, const BoardFacts& facts, Machine& machine) {
  const auto told = nvml_gpus(host);
  for (const auto& gpu : told)
    machine.gpus.push_back({gpu.name.empty() ? "NVIDIA GPU" : gpu.name, gpu.memory_bytes,
                            gpu.compute_capability, gpu.driver});
  if (told.empty()) machine.gpus = driver_gpus(host);
  const bool shared = !told.empty() && std::all_of(told.begin(), told.end(), [](const auto& gpu) {
    return gpu.integrated.value_or(false);
  });
  if (facts.tegra || shared) {
    machine.memory_architecture = MemoryArchitecture::unified;
    if (machine.gpus.empty() && !facts.soc.empty())
      machine.gpus.push_back({facts.soc + " integrated GPU", std::nullopt});
  } else if (!machine.gpus.empty()) {
    machine.memory_architecture = MemoryArchitecture::discrete;
  }
}

}  // namespace

Machine identify_machine(const Host& host) {
  const auto facts = read_board(host);
  const auto modes = read_power_modes(host);
  Machine machine;
  machine.board = facts.board;
  identify_gpus(host, facts, machine);
  machine.cpu = cpu_name(host);
  machine.cores = online_cores(host);
  machine.virtual_machine = is_virtual(host);
  machine.memory_total_bytes = meminfo_bytes(text_of(host, "/proc/meminfo"), "MemTotal");
  machine.kernel = clean_name(text_of(host, "/proc/sys/kernel/osrelease"));
  machine.governor =
      present(clean_name(text_of(host, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")));
  identify_module(facts, modes, machine);
  describe_mode(host, modes, machine);
  return machine;
}

}  // namespace jetmeter
