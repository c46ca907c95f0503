#include <fmt/format.h>

#include <algorithm>

#include "doctor/checks.h"
#include "jetmeter/device.h"

namespace jetmeter {
namespace {

// A cap in steps of the clock is a little below the nominal frequency.
constexpr double kSlack = 0.97;
// Or above that of the mode, where the mode's is between two steps: those of a GPU are wider.
constexpr double kCpuSlackAbove = 1.02, kGpuSlackAbove = 1.05;

std::optional<double> as_double(std::optional<std::uint64_t> value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

struct CapAndDue {
  std::string unit;
  std::optional<double> cap_hz, due_hz;  // in force; what the mode and the module allow
  std::optional<double> mode_hz;         // what the mode alone allows
  double slack_above = 1;

  bool is_above_mode() const { return cap_hz && mode_hz && *cap_hz > slack_above * *mode_hz; }
  bool is_below_due() const { return cap_hz && due_hz && *cap_hz < kSlack * *due_hz; }
};

std::vector<CapAndDue> caps_of(const DoctorFacts& facts) {
  const auto& clocks = facts.machine.clocks;
  const auto* device = find_device(facts.machine);
  const auto due = [](std::optional<std::uint64_t> mode, std::optional<double> most) {
    auto hz = as_double(mode);
    if (hz && most) hz = std::min(*hz, *most);
    return hz ? hz : most;
  };
  return {{"CPU", as_double(clocks.caps.cpu_hz),
           due(clocks.mode.cpu_hz, device ? device->cpu_max_hz : std::nullopt),
           as_double(clocks.mode.cpu_hz), kCpuSlackAbove},
          {"GPU", as_double(clocks.caps.gpu_hz),
           due(clocks.mode.gpu_hz, device ? device->gpu_max_hz : std::nullopt),
           as_double(clocks.mode.gpu_hz), kGpuSlackAbove}};
}

struct JudgedCaps {
  std::vector<std::string> low, high, sound, unknown;
};

JudgedCaps judge(std::span<const CapAndDue> caps) {
  JudgedCaps judged;
  for (const auto& one : caps) {
    if (one.is_above_mode())
      judged.high.push_back(fmt::format("the {} may reach {} where the power mode allows {}",
                                        one.unit, megahertz(*one.cap_hz), megahertz(*one.mode_hz)));
    else if (!one.cap_hz || !one.due_hz)
      judged.unknown.push_back(one.unit);
    else if (one.is_below_due())
      judged.low.push_back(fmt::format("the {} may reach {} only, of {}", one.unit,
                                       megahertz(*one.cap_hz), megahertz(*one.due_hz)));
    else
      judged.sound.push_back(fmt::format("{} {}", one.unit, megahertz(*one.cap_hz)));
  }
  return judged;
}

Finding wrong_caps(const JudgedCaps& caps, std::uint64_t mode) {
  std::vector<std::string> what, why;
  if (!caps.high.empty()) {
    what.push_back(list_of(caps.high));
    why.emplace_back(
        "something raised the clocks above the power mode: a run is filed under this mode and is "
        "not of it");
  }
  if (!caps.low.empty()) {
    what.push_back(list_of(caps.low) + " that the power mode and the module allow");
    why.emplace_back(
        "something other than the power mode holds the clocks down: a limit set by hand, a "
        "thermal limit, or firmware older than the mode's table");
  }
  return Finding{Severity::warning, "clock_caps", fmt::format("{}", fmt::join(what, "; ")),
                 fmt::format("{}", fmt::join(why, "; ")), fmt::format("sudo nvpmodel -m {}", mode)};
}

}  // namespace

// A Nano whose boot firmware is not that of its Super table keeps 624.75 MHz whatever the mode
// says. Caps that were written by hand stay above the mode until it is set again.
std::optional<Finding> clock_caps(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "clock_caps";
  if (!is_jetson(facts) || facts.power_modes.active_mode() == nullptr) return std::nullopt;
  const auto caps = judge(caps_of(facts));
  if (!caps.high.empty() || !caps.low.empty()) return wrong_caps(caps, *facts.power_modes.active);
  if (!caps.unknown.empty())
    return not_known(
        kCode, "whether the clocks of " + list_of(caps.unknown) + " may go as high as they should",
        "the cap in force, or the module's highest clock, is not told");
  return fine(kCode, "highest clocks as the mode allows: " + list_of(caps.sound));
}

}  // namespace jetmeter
