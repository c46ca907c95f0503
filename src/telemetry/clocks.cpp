#include "telemetry/clocks.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "jetmeter/clock_states.h"
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

// Adds one core or cluster to what is known of its unit.
void add(std::optional<std::uint64_t> floor, std::uint64_t cap, ClockState& unit) {
  unit.highest_hz = std::max(unit.highest_hz.value_or(0), cap);
  if (!floor) return;
  unit.lowest_hz = std::min(unit.lowest_hz.value_or(*floor), *floor);
  unit.locked = unit.locked.value_or(true) && *floor == cap;
}

// Cores that are offline keep files from before, so only those online count.
ClockState cpu_state(const Host& host) {
  const auto folder = host.path("/sys/devices/system/cpu");
  const auto online = processor_list(read_text(folder / "online").value_or(""));
  ClockState state;
  for (const int core : online.value_or(std::vector<int>())) {
    const auto policy = folder / ("cpu" + std::to_string(core)) / "cpufreq";
    const auto cap = hertz_in(policy / "scaling_max_freq", kHertzPerKilohertz);
    const auto floor = hertz_in(policy / "scaling_min_freq", kHertzPerKilohertz);
    if (cap) add(floor, *cap, state);
  }
  return state;
}

// Thor has a device for each of its clusters.
ClockState gpu_state(const Host& host) {
  ClockState state;
  for (const auto& device : gpu_devfreq_folders(host)) {
    const auto cap = hertz_in(device / "max_freq"), floor = hertz_in(device / "min_freq");
    if (cap) add(floor, *cap, state);
  }
  return state;
}

// The lowest of what is set: nvpmodel's cap stands beside the controller's own limit.
ClockState emc_state(const Host& host) {
  constexpr std::array<std::string_view, 4> kCaps{
      "/sys/kernel/nvpmodel_clk_cap/emc", "/sys/kernel/nvpmodel_emc_cap/emc_iso_cap",
      "/sys/kernel/debug/bpmp/debug/clk/emc/max_rate", "/sys/class/devfreq/bwmgr/max_freq"};
  ClockState state;
  for (const auto file : kCaps) {
    const auto cap = hertz_in(host.path(file));
    if (cap) state.highest_hz = std::min(state.highest_hz.value_or(*cap), *cap);
  }
  const auto held = count_in(host.path("/sys/kernel/debug/bpmp/debug/clk/emc/mrq_rate_locked"));
  if (held) state.locked = *held != 0;
  return state;
}

std::optional<bool> all_locked(const ClockStates& states) {
  for (const auto* state : {&states.cpu, &states.gpu, &states.emc})
    if (state->locked == false) return false;
  return states.cpu.locked && states.gpu.locked ? std::optional(true) : std::nullopt;
}

}  // namespace

ClockStates read_clock_states(const Host& host) {
  return {cpu_state(host), gpu_state(host), emc_state(host)};
}

Clocks read_clocks(const Host& host) {
  const auto states = read_clock_states(host);
  Clocks clocks;
  clocks.caps = {states.cpu.highest_hz, states.gpu.highest_hz, states.emc.highest_hz};
  clocks.locked = all_locked(states);
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
