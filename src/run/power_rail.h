// Which power is the slot's, among those that a machine measures. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/sampler.h"

namespace jetmeter {

// Channels whose sum is one power, none of them a part of another.
struct PowerRail {
  std::string name;  // with its scope: "VDD_IN", "power_meter (whole machine)", "GPU 0 (NVML)"
  std::vector<std::string> channels;
};

// The rails that tell what a slot on `device` ("cpu", "cuda:0") takes, the widest scope first: the
// board, the machine, and where neither is measured the GPU or the CPU packages that it runs on.
std::vector<PowerRail> power_rails(std::span<const ChannelReport> channels,
                                   std::string_view device);

// Whether these channels tell a power of any slot, whatever it runs on.
bool any_power_rail(std::span<const ChannelReport> channels);

// Of a rail by its channels, over the same time: their mean powers add up, for as long as all of
// them were told. Absent when one of them is.
std::optional<Energy> sum_of(std::span<const std::optional<Energy>> channels);

}  // namespace jetmeter
