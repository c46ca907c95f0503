#include <fmt/format.h>

#include <algorithm>

#include "doctor/checks.h"
#include "jetmeter/thermal_zones.h"

namespace jetmeter {
namespace {

std::optional<double> as_double(std::optional<std::uint64_t> value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

std::string gpu_range(const DoctorFacts& facts) {
  if (!facts.gpu_clock) return "";
  const auto& gpu = *facts.gpu_clock;
  if (!gpu.min_hz || !gpu.max_hz) return "";
  if (*gpu.min_hz == *gpu.max_hz) return fmt::format(": the GPU at {}", megahertz(*gpu.max_hz));
  auto text =
      fmt::format(": the GPU between {} and {}", megahertz(*gpu.min_hz), megahertz(*gpu.max_hz));
  if (gpu.now_hz) text += fmt::format(", now {}", megahertz(*gpu.now_hz));
  return text;
}

// "the CPU between 730 MHz and 1728 MHz"
std::string free_range(std::string_view unit, const ClockState& state) {
  const auto lowest = as_double(state.lowest_hz), highest = as_double(state.highest_hz);
  if (!lowest || !highest) return fmt::format("the {}", unit);
  return fmt::format("the {} between {} and {}", unit, megahertz(*lowest), megahertz(*highest));
}

struct UnitClock {
  std::string name;
  std::optional<bool> locked;
  std::string range, why;  // where it is not locked
};

std::vector<UnitClock> unit_clocks(const DoctorFacts& facts) {
  const auto& [cpu, gpu, emc] = facts.clocks;
  auto of_gpu = free_range("GPU", gpu);
  if (facts.gpu_clock && facts.gpu_clock->now_hz)
    of_gpu += fmt::format(", now {}", megahertz(*facts.gpu_clock->now_hz));
  return {{"GPU", gpu.locked, of_gpu,
           "short inferences with work of the CPU between them never lift the GPU off its lowest "
           "clock: the same engine took 4.7 ms in a benchmark and 21.7 ms in an application"},
          {"CPU", cpu.locked, free_range("CPU", cpu),
           "cores slow down between inferences and take time to speed up: what they do before and "
           "after the GPU's work is slower after a pause"},
          {"EMC", emc.locked, "the EMC, which nothing holds (mrq_rate_locked is 0)",
           "the memory slows down while little is moved, and a model that waits for memory is "
           "slower until it speeds up again"}};
}

// The reason is that of the unit which matters most.
Finding clocks_that_move(const DoctorFacts& facts) {
  std::vector<std::string> free, locked;
  std::string why;
  const auto units = unit_clocks(facts);
  for (const auto& unit : units) {
    if (unit.locked == true) locked.push_back(unit.name);
    if (unit.locked != false) continue;
    free.push_back(unit.range);
    if (why.empty()) why = unit.why;
  }
  auto what = "clocks follow the load" + (free.empty() ? gpu_range(facts) : "");
  for (std::size_t i = 0; i < free.size(); ++i) what += (i == 0 ? ": " : "; ") + free[i];
  if (!locked.empty())
    what += fmt::format("; {} {} locked", list_of(locked), locked.size() == 1 ? "is" : "are");
  return Finding{Severity::warning, "clocks_locked", what, why.empty() ? units[0].why : why,
                 "sudo jetson_clocks"};
}

std::optional<Finding> clocks_locked(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "clocks_locked";
  if (!is_jetson(facts)) return std::nullopt;
  const auto& locked = facts.machine.clocks.locked;
  if (!locked)
    return not_known(kCode, "whether the clocks are locked",
                     "CPU or GPU do not tell their lowest and highest clock",
                     "sudo jetson_clocks --show");
  if (*locked) return fine(kCode, "clocks are locked" + gpu_range(facts));
  return clocks_that_move(facts);
}

std::optional<Finding> cpu_governor(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "cpu_governor";
  if (is_jetson(facts)) return std::nullopt;  // clocks_locked says it
  if (!facts.governors)
    return not_known(kCode, "how the cores choose their clocks", facts.governors.error().what);
  std::vector<std::string> others;
  int cores = 0;
  for (const auto& governor : *facts.governors) {
    cores += governor.cores;
    if (governor.name != "performance")
      others.push_back(fmt::format("{} on {} core{}", governor.name, governor.cores,
                                   governor.cores == 1 ? "" : "s"));
  }
  if (others.empty())
    return fine(kCode, fmt::format("governor performance on all {} cores", cores));
  return Finding{Severity::note, std::string(kCode), "governor " + list_of(others),
                 "cores slow down between inferences and take time to speed up: the first frames "
                 "after a pause are slower",
                 "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/"
                 "scaling_governor"};
}

constexpr std::string_view kFullFan = "sudo jetson_clocks --fan";
constexpr std::string_view kFullFanDoesMore =
    "; the command also locks the clocks of CPU, GPU and EMC at their highest";

// JetPack 4 (L4T 32) drives the fan from the kernel; from JetPack 5 on a daemon does.
bool has_nvfancontrol(const Machine& machine) {
  constexpr std::string_view kLastWithout = "32.";
  const auto& board = machine.board;
  if (board && board->l4t) return !board->l4t->starts_with(kLastWithout);
  return !board || (board->soc != "tegra210" && board->soc != "tegra186");
}

// The daemon keeps the profile that its status names, whatever its configuration says since.
constexpr std::string_view kCoolProfile =
    "sudo sed -i --follow-symlinks 's/FAN_DEFAULT_PROFILE.*/FAN_DEFAULT_PROFILE cool/' "
    "/etc/nvfancontrol.conf && sudo systemctl stop nvfancontrol && sudo rm -f "
    "/var/lib/nvfancontrol/status && sudo systemctl start nvfancontrol";

std::optional<Finding> fan_profile(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "fan_profile";
  const auto& profile = facts.power_modes.fan_profile;
  if (!is_jetson(facts) || !profile) return std::nullopt;
  if (*profile != "quiet") return fine(kCode, "fan profile " + *profile);
  const bool daemon = has_nvfancontrol(facts.machine);
  std::string why =
      "the board gets hotter before the fan speeds up, and a long run throttles sooner";
  if (!daemon) why += kFullFanDoesMore;
  return Finding{Severity::note, std::string(kCode), "fan profile quiet", why,
                 std::string(daemon ? kCoolProfile : kFullFan)};
}

struct Zone {
  std::string name;
  double celsius = 0;
  std::optional<double> limit;  // at which it slows down

  double margin() const { return limit ? *limit - celsius : 1e9; }
};

std::vector<Zone> zones(const DoctorFacts& facts) {
  constexpr std::string_view kPrefix = "temperature.";
  std::vector<Zone> found;
  std::vector<std::string> names;
  for (const auto& sensor : facts.sensors) {
    for (const auto& channel : sensor.channels) {
      const auto celsius = channel.latest();
      if (!celsius || !channel.channel.name.starts_with(kPrefix)) continue;
      const auto name = channel.channel.name.substr(kPrefix.size());
      if (is_constant_zone(name)) continue;
      names.push_back(name);
      found.push_back({name, *celsius, {}});
    }
  }
  const auto limits =
      throttle_temperatures(facts.trips.value_or(std::vector<ThermalTrip>()), facts.machine, names);
  for (auto& zone : found)
    if (const auto limit = limits.find(zone.name); limit != limits.end())
      zone.limit = limit->second;
  return found;
}

// The zone that is nearest to its limit is judged; where none has one, the hottest is told.
std::optional<Finding> temperature(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "temperature";
  constexpr double kNear = 10, kWarm = 20;  // kelvin below the limit
  const auto all = zones(facts);
  if (all.empty())
    return not_known(kCode, "how hot the machine is",
                     why_no_channel(facts, "thermal", "any temperature"));
  const auto& zone = *std::min_element(all.begin(), all.end(), [](const Zone& a, const Zone& b) {
    return a.limit || b.limit ? a.margin() < b.margin() : a.celsius > b.celsius;
  });
  if (!zone.limit)
    return not_known(kCode,
                     fmt::format("at which temperature it slows down; the hottest zone, {}, has "
                                 "{:.1f} °C",
                                 zone.name, zone.celsius),
                     facts.trips ? "these zones name no limit" : facts.trips.error().what);
  const auto what = fmt::format("{} has {:.1f} °C and slows down at {:.0f} °C", zone.name,
                                zone.celsius, *zone.limit);
  if (zone.margin() > kWarm) return fine(kCode, what);
  std::string why =
      "a hot machine slows down within the run, and the number depends on the minute at which it "
      "was taken";
  if (is_jetson(facts)) why += kFullFanDoesMore;
  return Finding{zone.margin() > kNear ? Severity::note : Severity::warning, std::string(kCode),
                 what, why, std::string(is_jetson(facts) ? kFullFan : "")};
}

constexpr DoctorCheck kChecks[] = {power_mode,  clock_caps,  clocks_locked, cpu_governor,
                                   fan_profile, temperature, throttling};

}  // namespace

std::span<const DoctorCheck> clock_checks() {
  return kChecks;
}

}  // namespace jetmeter
