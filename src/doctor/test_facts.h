// Facts of machines on which nothing is wrong, for tests that put one thing wrong.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/doctor.h"

namespace jetmeter {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20, kGiB = std::uint64_t{1} << 30;

inline void set_channel(DoctorFacts& facts, const std::string& name, Unit unit,
                        std::optional<double> first, std::optional<double> second = std::nullopt) {
  if (facts.sensors.empty()) facts.sensors.push_back({"all", "", {}});
  auto& channels = facts.sensors[0].channels;
  std::erase_if(channels, [&](const ChannelFacts& c) { return c.channel.name == name; });
  channels.push_back({{name, unit}, first, second});
}

inline void drop_channel(DoctorFacts& facts, std::string_view name) {
  for (auto& sensor : facts.sensors)
    std::erase_if(sensor.channels, [&](const ChannelFacts& c) { return c.channel.name == name; });
}

inline DoctorFacts sound_facts() {
  DoctorFacts facts;
  facts.machine.cpu = "some CPU";
  facts.machine.cores = 6;
  facts.machine.memory_total_bytes = 8 * kGiB;
  facts.ledger.pools = {{"RAM", PoolBytes(8 * kGiB), PoolBytes(6 * kGiB)}};
  facts.seconds_between = 1;
  facts.uptime_seconds = 3600.0;
  facts.load_average = 0.1;
  facts.swap = std::vector<SwapArea>();
  facts.busy = std::vector<BusyProcess>();
  facts.gpu_users = GpuUsers{"nvmap", {}};
  facts.governors = std::vector<CpuGovernor>{{"performance", 6}};
  facts.trips = std::vector<ThermalTrip>{{"cpu", 95}};
  facts.limits = GroupLimits{};
  facts.clock_source = ClockSource{"tsc", {"tsc", "hpet"}};
  facts.huge_pages = std::string("madvise");
  facts.cpu = CpuFacts{.hypervisor = false, .steal_share = 0.0};
  set_channel(facts, "memory.total", Unit::byte, 8.0 * kGiB);
  set_channel(facts, "memory.free", Unit::byte, 5.0 * kGiB);
  set_channel(facts, "memory.cached", Unit::byte, 1.0 * kGiB);
  set_channel(facts, "memory.swap_used", Unit::byte, 0, 0);
  set_channel(facts, "memory.largest_free_block", Unit::byte, 4.0 * kMiB);
  set_channel(facts, "memory.largest_free_blocks", Unit::count, 100);
  set_channel(facts, "swap.in", Unit::byte, 0, 0);
  set_channel(facts, "swap.out", Unit::byte, 0, 0);
  set_channel(facts, "load.cpu", Unit::percent, std::nullopt, 3.0);
  set_channel(facts, "temperature.cpu", Unit::celsius, 45.0, 45.0);
  set_channel(facts, "throttle.oc1", Unit::count, 0, 0);
  set_channel(facts, "throttle.VDD_IN_alarm", Unit::count, 0, 0);
  set_channel(facts, "pressure.memory", Unit::percent, 0, 0);
  set_channel(facts, "pressure.io", Unit::percent, 0, 0);
  return facts;
}

inline DoctorFacts sound_orin() {
  auto facts = sound_facts();
  auto& machine = facts.machine;
  machine.board = Board{.model = "NVIDIA Jetson Orin Nano Developer Kit Super",
                        .module = "Jetson Orin Nano 8GB Super",
                        .part_number = "p3767-0005",
                        .soc = "tegra234"};
  machine.memory_architecture = MemoryArchitecture::unified;
  machine.active_sms = 8;
  machine.clocks.caps = {1'728'000'000, 1'020'000'000, 3'199'000'000};
  machine.clocks.locked = true;
  machine.power_mode = "MAXN_SUPER";
  machine.power_mode_id = 2;
  facts.power_modes.active = 2;
  facts.power_modes.fan_profile = "cool";
  facts.power_modes.all = {{0, "15W", {1'497'600'000, 612'000'000, 2'133'000'000}, 240},
                           {1, "25W", {1'344'000'000, 918'000'000, 3'199'000'000}, 240},
                           {2, "MAXN_SUPER", {}, 240}};
  facts.gpu_clock = GpuClockFacts{"nvhost_podgov", 1.02e9, 1.02e9, 1.02e9};
  set_channel(facts, "load.gpu", Unit::percent, 0.0, 0.0);
  return facts;
}

}  // namespace jetmeter
