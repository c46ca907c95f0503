#include "telemetry/board_power.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "jetmeter/telemetry.h"

namespace jetmeter {
namespace {

// One way to a total, empty from its end on. The rails of a way must all be there.
using Way = std::array<std::string_view, 6>;

// The first that the rails allow holds. A rail that measures the board's input is the total
// already; the others are fed from it. VDDQ_VDD2_1V8AO of AGX Orin is in no sum: it is fed from
// VIN_SYS_5V0, which is.
constexpr std::array<Way, 6> kWays{{
    {"VDD_IN"},                                     // Orin Nano and NX, Xavier NX, TX2
    {"POM_5V_IN"},                                  // Nano
    {"VIN"},                                        // AGX Thor
    {"VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0"},   // AGX Orin
    {"VDD_GPU", "VDD_CPU_SOC_MSS", "VIN_SYS_5V0"},  // AGX Thor whose VIN is not measured
    {"GPU", "CPU", "SOC", "CV", "VDDRQ", "SYS5V"},  // AGX Xavier
}};

std::optional<BoardPowerRule> follow(const Way& way, std::span<const std::string> rail_names) {
  BoardPowerRule rule;
  for (const auto wanted : way) {
    if (wanted.empty()) break;
    const auto rail = std::find(rail_names.begin(), rail_names.end(), wanted);
    if (rail == rail_names.end()) return std::nullopt;
    rule.rails.push_back(static_cast<std::size_t>(rail - rail_names.begin()));
    if (!rule.name.empty()) rule.name += " + ";
    rule.name += wanted;
  }
  return rule;
}

}  // namespace

std::optional<BoardPowerRule> find_board_power(std::span<const std::string> rail_names) {
  for (const auto& way : kWays) {
    if (auto rule = follow(way, rail_names)) return rule;
  }
  return std::nullopt;
}

std::optional<std::string> board_power_rule(std::span<const std::string> rail_names) {
  auto rule = find_board_power(rail_names);
  return rule ? std::optional(std::move(rule->name)) : std::nullopt;
}

}  // namespace jetmeter
