#include "telemetry/clocks.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "jetmeter/telemetry.h"
#include "telemetry/gpu_folders.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

constexpr std::uint64_t kHertzPerKilohertz = 1000;
constexpr std::uint64_t kHighestHertz = 100'000'000'000;  // what is above is damage, not a clock

std::optional<std::uint64_t> count_in(const std::filesystem::path& file) {
  return to_count(trimmed(read_text(file).value_or("")));
}

// 0 is how the caps of nvpmodel say that there is none.
std::optional<std::uint64_t> hertz_in(const std::filesystem::path& file, std::uint64_t unit = 1) {
  const auto value = count_in(file);
  return value && *value > 0 && *value <= kHighestHertz / unit ? std::optional(*value * unit)
                                                               : std::nullopt;
}

struct Limits {
  std::optional<std::uint64_t> cap_hz;
  std::optional<bool> locked;
};

// Cores that are offline keep files from before, so only those online count.
Limits cpu_limits(const Host& host) {
  const auto folder = host.path("/sys/devices/system/cpu");
  const auto online = processor_list(read_text(folder / "online").value_or(""));
  Limits limits;
  for (const int core : online.value_or(std::vector<int>())) {
    const auto policy = folder / ("cpu" + std::to_string(core)) / "cpufreq";
    const auto cap = hertz_in(policy / "scaling_max_freq", kHertzPerKilohertz);
    const auto floor = hertz_in(policy / "scaling_min_freq", kHertzPerKilohertz);
    if (!cap) continue;
    limits.cap_hz = std::max(limits.cap_hz.value_or(0), *cap);
    if (floor) limits.locked = limits.locked.value_or(true) && *floor == *cap;
  }
  return limits;
}

// Thor has a device for each of its clusters.
Limits gpu_limits(const Host& host) {
  Limits limits;
  for (const auto& device : gpu_devfreq_folders(host)) {
    const auto cap = hertz_in(device / "max_freq"), floor = hertz_in(device / "min_freq");
    if (!cap) continue;
    limits.cap_hz = std::max(limits.cap_hz.value_or(0), *cap);
    if (floor) limits.locked = limits.locked.value_or(true) && *floor == *cap;
  }
  return limits;
}

// The lowest of what is set: nvpmodel's cap stands beside the controller's own limit.
Limits emc_limits(const Host& host) {
  constexpr std::array<std::string_view, 4> kCaps{
      "/sys/kernel/nvpmodel_clk_cap/emc", "/sys/kernel/nvpmodel_emc_cap/emc_iso_cap",
      "/sys/kernel/debug/bpmp/debug/clk/emc/max_rate", "/sys/class/devfreq/bwmgr/max_freq"};
  Limits limits;
  for (const auto file : kCaps) {
    const auto cap = hertz_in(host.path(file));
    if (cap) limits.cap_hz = std::min(limits.cap_hz.value_or(*cap), *cap);
  }
  const auto held = count_in(host.path("/sys/kernel/debug/bpmp/debug/clk/emc/mrq_rate_locked"));
  if (held) limits.locked = *held != 0;
  return limits;
}

std::optional<bool> all_locked(const Limits& cpu, const Limits& gpu, const Limits& emc) {
  for (const auto* limits : {&cpu, &gpu, &emc})
    if (limits->locked == false) return false;
  return cpu.locked && gpu.locked ? std::optional(true) : std::nullopt;
}

}  // namespace

Clocks read_clocks(const Host& host) {
  const auto cpu = cpu_limits(host), gpu = gpu_limits(host), emc = emc_limits(host);
  Clocks clocks;
  clocks.caps = {cpu.cap_hz, gpu.cap_hz, emc.cap_hz};
  clocks.locked = all_locked(cpu, gpu, emc);
  return clocks;
}

std::optional<unsigned> read_tpc_mask(const Host& host) {
  constexpr std::uint64_t kWidest = 0xffff;
  for (const auto& folder : gpu_folders(host)) {
    const auto mask = count_in(folder / "tpc_pg_mask");
    if (mask && *mask <= kWidest) return static_cast<unsigned>(*mask);
  }
  return std::nullopt;
}

}  // namespace jetmeter
