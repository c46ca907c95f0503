#include "telemetry/nvpmodel.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "telemetry/text.h"

namespace jetmeter {
namespace {

constexpr std::uint64_t kHertzPerKilohertz = 1000;

// A configuration in /etc is a link to the file of this board. Where the link's target is absolute,
// it is meant under the host's root, not under that of the machine which reads.
std::filesystem::path link_target(const Host& host, std::string_view path) {
  const auto link = host.path(path);
  std::error_code not_a_link;
  const auto target = std::filesystem::read_symlink(link, not_a_link);
  return !not_a_link && target.is_absolute() ? host.path(target.string()) : link;
}

// Of the daemon that drives the fan from JetPack 5 on. Its status outlives an edit of its
// configuration, whose profile holds where there is no status.
std::optional<std::string> nvfancontrol_profile(const Host& host) {
  const auto status = read_text(host.path("/var/lib/nvfancontrol/status")).value_or("");
  if (auto profile = parse_nvfancontrol_status(status)) return profile;
  const auto table = read_text(link_target(host, "/etc/nvfancontrol.conf")).value_or("");
  return parse_nvfancontrol_default(table);
}

// What follows `key` in the first word that begins with it.
std::string_view value_of(std::string_view line, std::string_view key) {
  for (auto word = next_word(line); !word.empty(); word = next_word(line))
    if (word.starts_with(key)) return word.substr(key.size());
  return {};
}

std::string_view without_prefix(std::string_view line) {
  constexpr std::string_view kVerbose = "NVPM VERB:";
  line = trimmed(line);
  return trimmed(line.starts_with(kVerbose) ? line.substr(kVerbose.size()) : line);
}

// "< POWER_MODEL ID=0 NAME=15W >" and "<PARAM …" begin sections; the tool prints "POWER_MODEL: …".
bool begins_section(std::string_view line) {
  return line.starts_with('<') || line.starts_with("POWER_MODEL");
}

std::optional<NvpMode> parse_header(std::string_view line) {
  if (line.starts_with('<')) line = trimmed(line.substr(1));
  const auto kind = next_word(line);
  if (kind != "POWER_MODEL" && kind != "POWER_MODEL:") return std::nullopt;
  const auto id = to_count(value_of(line, "ID="));
  if (!id) return std::nullopt;
  auto name = value_of(line, "NAME=");
  if (name.ends_with('>')) name.remove_suffix(1);
  return NvpMode{*id, clean_name(name), {}, {}, {}};
}

// The CPU's groups have a cap each; that of the mode is the highest, and none where one has none.
struct CpuCap {
  std::optional<std::uint64_t> highest_khz;
  bool unlimited = false;
};

void read_setting(std::string_view line, NvpMode& mode, CpuCap& cpu) {
  const auto unit = next_word(line), what = next_word(line);
  const auto value = to_count(next_word(line));  // absent for -1
  if (what == "TPC_PG_MASK") mode.tpc_mask = value;
  if (unit == "CPU_ONLINE" && what.starts_with("CORE_"))
    mode.cpu_cores = mode.cpu_cores.value_or(0) + (value == 1u ? 1 : 0);
  if (what != "MAX_FREQ") return;
  if (unit == "GPU") mode.caps.gpu_hz = value;
  if (unit == "EMC") mode.caps.emc_hz = value;
  if (!unit.starts_with("CPU")) return;
  if (value)
    cpu.highest_khz = std::max(cpu.highest_khz.value_or(0), *value);
  else
    cpu.unlimited = true;
}

void finish(std::optional<NvpMode>& mode, CpuCap& cpu, std::vector<NvpMode>& modes) {
  constexpr std::uint64_t kHighest = 100'000'000;  // kHz: what is above is damage, not a clock
  if (mode) {
    if (cpu.highest_khz && !cpu.unlimited && *cpu.highest_khz < kHighest)
      mode->caps.cpu_hz = *cpu.highest_khz * kHertzPerKilohertz;
    modes.push_back(std::move(*mode));
  }
  mode.reset();
  cpu = {};
}

}  // namespace

std::optional<std::uint64_t> parse_power_mode_id(std::string_view status) {
  return to_count(value_of(status, "pmode:"));
}

std::optional<std::string> parse_fan_profile(std::string_view status) {
  constexpr std::string_view kPrefix = "fan_mode_", kNone = "fanNull";
  auto profile = value_of(status, "fmode:");
  if (profile.starts_with(kPrefix)) profile.remove_prefix(kPrefix.size());
  return profile.empty() || profile == kNone ? std::nullopt : std::optional(clean_name(profile));
}

std::optional<std::string> parse_nvfancontrol_status(std::string_view status) {
  constexpr std::string_view kKey = "FAN_PROFILE", kSeparators = ": \t=";
  while (const auto raw = next_line(status)) {
    const auto line = trimmed(*raw);
    const auto at = line.find(kKey);
    if (at == line.npos) continue;
    const auto rest = line.substr(at + kKey.size());
    const auto last = rest.find_last_of(kSeparators);
    if (last == rest.npos || last + 1 == rest.size()) continue;
    if (auto profile = clean_name(rest.substr(last + 1)); !profile.empty()) return profile;
  }
  return std::nullopt;
}

std::optional<std::string> parse_nvfancontrol_default(std::string_view configuration) {
  while (auto line = next_line(configuration)) {
    if (next_word(*line) != "FAN_DEFAULT_PROFILE") continue;
    if (auto profile = clean_name(next_word(*line)); !profile.empty()) return profile;
  }
  return std::nullopt;
}

std::vector<NvpMode> parse_nvpmodel(std::string_view configuration) {
  std::vector<NvpMode> modes;
  std::optional<NvpMode> mode;
  CpuCap cpu;
  while (const auto raw = next_line(configuration)) {
    const auto line = without_prefix(*raw);
    if (begins_section(line)) {
      finish(mode, cpu, modes);
      mode = parse_header(line);
    } else if (mode) {
      read_setting(line, *mode, cpu);
    }
  }
  finish(mode, cpu, modes);
  return modes;
}

const NvpMode* PowerModes::active_mode() const {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const NvpMode& mode) { return active == mode.id; });
  return found == all.end() ? nullptr : &*found;
}

bool PowerModes::super() const {
  return std::any_of(all.begin(), all.end(),
                     [](const NvpMode& mode) { return mode.name.find("SUPER") != mode.name.npos; });
}

PowerModes read_power_modes(const Host& host) {
  const auto status = read_text(host.path("/var/lib/nvpmodel/status")).value_or("");
  const auto table = read_text(link_target(host, "/etc/nvpmodel.conf")).value_or("");
  auto fan = nvfancontrol_profile(host);
  return {parse_power_mode_id(status), fan ? std::move(fan) : parse_fan_profile(status),
          parse_nvpmodel(table)};
}

}  // namespace jetmeter
