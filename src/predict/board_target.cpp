#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "jetmeter/predict.h"

namespace jetmeter {
namespace {

// "MODE_15W", "15W" and "7W_AI" tell their budget.
std::optional<double> watts_in(std::string_view mode) {
  for (std::size_t i = 0; i < mode.size(); ++i) {
    if (std::isdigit(static_cast<unsigned char>(mode[i])) == 0) continue;
    double watts = 0;
    for (; i < mode.size() && std::isdigit(static_cast<unsigned char>(mode[i])) != 0; ++i)
      watts = watts * 10 + (mode[i] - '0');
    if (i < mode.size() && (mode[i] == 'W' || mode[i] == 'w')) return watts;
  }
  return std::nullopt;
}

double speed_of(const Peaks& peaks) {
  return peaks.fp16.value_or(peaks.fp32.value_or(0));
}

bool faster(const Peaks& a, const Peaks& b) {
  if (speed_of(a) != speed_of(b)) return speed_of(a) > speed_of(b);
  return a.bandwidth_bytes_per_second.value_or(0) > b.bandwidth_bytes_per_second.value_or(0);
}

std::optional<double> as_watts(std::optional<int> watts) {
  return watts ? std::optional<double>(*watts) : std::nullopt;
}

BoardTarget at_highest(const Device& device) {
  return {.device = &device,
          .peaks = peaks(device),
          .sms = static_cast<double>(device.sms.value_or(0)),
          .gpu_hz = device.gpu_max_hz.value_or(0),
          .watts = as_watts(device.most_watts)};
}

// MAXN in any form is the vendor's name for everything on and no caps.
bool lets_all_run(const Device& device, const DeviceMode& mode) {
  const auto open = [](const std::optional<double>& cap) { return !cap || *cap == kNoCap; };
  return mode.name.starts_with("MAXN") && open(mode.gpu_cap_hz) && open(mode.emc_cap_hz) &&
         (!mode.tpc_mask || active_sms(device, *mode.tpc_mask) == device.sms);
}

bool is_stated(const DeviceMode& mode) {
  return mode.tpc_mask && mode.gpu_cap_hz && mode.emc_cap_hz;
}

BoardTarget in_mode(const Device& device, const DeviceMode& mode) {
  auto target = at_highest(device);
  target.mode = mode.name;
  if (!is_stated(mode) && lets_all_run(device, mode)) {
    target.assumption = fmt::format(
        "no source states every clock of {}, which by its name caps nothing: the board's highest",
        mode.name);
    return target;
  }
  target.peaks = peaks(device, mode);
  if (mode.tpc_mask)
    target.sms =
        static_cast<double>(active_sms(device, *mode.tpc_mask).value_or(device.sms.value_or(0)));
  if (mode.gpu_cap_hz) target.gpu_hz = std::min(target.gpu_hz, *mode.gpu_cap_hz);
  if (const auto watts = watts_in(mode.name)) target.watts = watts;
  return target;
}

bool is_complete(const BoardTarget& target) {
  return speed_of(target.peaks) > 0 && target.gpu_hz > 0 && target.sms > 0 &&
         target.peaks.bandwidth_bytes_per_second;
}

const DeviceMode* fastest_mode(const Device& device) {
  const DeviceMode* best = nullptr;
  Peaks most;
  for (const auto& mode : device.modes) {
    const auto target = in_mode(device, mode);
    if (!is_complete(target)) continue;
    if (best != nullptr && !faster(target.peaks, most) &&
        (mode.gpu_cap_hz != kNoCap || faster(most, target.peaks)))
      continue;
    best = &mode;
    most = target.peaks;
  }
  return best;
}

// Without a mode whose clocks are stated.
BoardTarget without_mode(const Device& device) {
  auto target = at_highest(device);
  target.assumption = device.modes.empty()
                          ? "the table has no modes of this board; its highest clocks"
                          : "no source states the clocks of a mode of this board; its highest";
  return target;
}

tl::unexpected<Error> no_such_mode(const Device& device, std::string_view typed) {
  std::vector<std::string> names;
  for (const auto& mode : device.modes) names.emplace_back(mode.name);
  if (names.empty())
    return fail(fmt::format("no power modes of the {} are known; leave --mode out", device.name));
  const auto guess = closest(typed, names);
  return fail(fmt::format("the {} has no mode {}; {}it has {}", device.name, in_quotes(typed),
                          guess ? fmt::format("did you mean {}? ", *guess) : "",
                          fmt::join(names, ", ")));
}

}  // namespace

Result<BoardTarget> board_target(const Device& device, std::string_view mode) {
  const DeviceMode* chosen = mode.empty() ? fastest_mode(device) : find_mode(device, mode);
  if (!mode.empty() && chosen == nullptr) return no_such_mode(device, mode);
  auto target = chosen != nullptr ? in_mode(device, *chosen) : without_mode(device);
  if (!is_complete(target))
    return fail(fmt::format(
        "no source states the clocks of {}{}",
        target.mode.empty() ? "the " : fmt::format("mode {} of the ", target.mode), device.name));
  return target;
}

}  // namespace jetmeter
