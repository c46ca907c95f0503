#include "run/power_rail.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "jetmeter/telemetry.h"

namespace jetmeter {
namespace {

constexpr std::string_view kPower = "power.";
constexpr std::string_view kToolPower = "tegrastats.power.";
constexpr std::string_view kBoard = "board";

using Channels = std::span<const ChannelReport>;

bool has(Channels channels, std::string_view name) {
  return std::ranges::find(channels, name, &ChannelReport::name) != channels.end();
}

// What follows `prefix` in the names of channels.
std::vector<std::string> subjects(Channels channels, std::string_view prefix) {
  std::vector<std::string> all;
  for (const auto& channel : channels)
    if (channel.name.starts_with(prefix)) all.push_back(channel.name.substr(prefix.size()));
  return all;
}

// The board's power as a source says it, named by the rails that it is made of.
void add_board(Channels channels, std::string_view prefix, std::string_view from,
               std::vector<PowerRail>& rails) {
  auto channel = std::string(prefix).append(kBoard);
  if (!has(channels, channel)) return;
  const auto rule = board_power_rule(subjects(channels, prefix));
  if (rule) rails.push_back({*rule + std::string(from), {std::move(channel)}});
}

// Of several meters it is not known which of them measure a part of what another one does.
void add_machine(Channels channels, std::vector<PowerRail>& rails) {
  constexpr std::string_view kMeter = "power.power_meter";
  if (has(channels, kMeter) && !has(channels, "power.power_meter-2"))
    rails.push_back({"power_meter (whole machine)", {std::string(kMeter)}});
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

// The index that NVML knows a device by; absent for what is no GPU of NVIDIA.
std::optional<std::string_view> nvidia_index(std::string_view device) {
  constexpr std::array<std::string_view, 3> kKinds{"cuda", "tensorrt", "nvtensorrtrtx"};
  const auto colon = device.find(':');
  if (std::ranges::find(kKinds, device.substr(0, colon)) == kKinds.end()) return std::nullopt;
  return colon == device.npos ? std::string_view("0") : device.substr(colon + 1);
}

void add_gpu(Channels channels, std::string_view device, std::vector<PowerRail>& rails) {
  const auto index = nvidia_index(device);
  if (!index) return;
  auto channel = fmt::format("power.gpu{}", *index);
  if (has(channels, channel))
    rails.push_back({fmt::format("GPU {} (NVML)", *index), {std::move(channel)}});
}

// "package-0", "package-0-die-1" of a processor with several dies; not "package-0-dram", which is
// a part of it or lies beside it, as the processor has it.
bool is_package(std::string_view subject) {
  constexpr std::string_view kPackage = "package-", kDie = "-die-";
  if (!subject.starts_with(kPackage)) return false;
  subject.remove_prefix(kPackage.size());
  const auto die = subject.find(kDie);
  return all_digits(subject.substr(0, die)) &&
         (die == subject.npos || all_digits(subject.substr(die + kDie.size())));
}

void add_packages(Channels channels, std::string_view device, std::vector<PowerRail>& rails) {
  if (device.substr(0, device.find(':')) != "cpu") return;
  PowerRail rail;
  for (const auto& subject : subjects(channels, kPower))
    if (is_package(subject)) rail.channels.push_back(std::string(kPower) + subject);
  const auto count = rail.channels.size();
  if (count == 0) return;
  rail.name = count == 1 ? "CPU package (RAPL)" : fmt::format("{} CPU packages (RAPL)", count);
  rails.push_back(std::move(rail));
}

}  // namespace

std::vector<PowerRail> power_rails(Channels channels, std::string_view device) {
  std::vector<PowerRail> rails;
  add_board(channels, kPower, "", rails);
  add_board(channels, kToolPower, " (tegrastats)", rails);
  add_machine(channels, rails);
  add_gpu(channels, device, rails);
  add_packages(channels, device, rails);
  return rails;
}

bool any_power_rail(Channels channels) {
  const auto gpus = subjects(channels, "power.gpu");
  return std::ranges::any_of(gpus, all_digits) || !power_rails(channels, "cpu").empty();
}

std::optional<Energy> sum_of(std::span<const std::optional<Energy>> channels) {
  double watts = 0, covered = std::numeric_limits<double>::infinity();
  for (const auto& energy : channels) {
    if (!energy || energy->covered_seconds <= 0) return std::nullopt;
    watts += energy->joules / energy->covered_seconds;
    covered = std::min(covered, energy->covered_seconds);
  }
  if (channels.empty()) return std::nullopt;
  return Energy{watts * covered, covered};
}

}  // namespace jetmeter
