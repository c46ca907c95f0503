// At which temperature of which zone this machine begins to cut clocks.
#pragma once

#include <map>
#include <span>
#include <string>

#include "jetmeter/machine.h"

namespace jetmeter {

// Zone -> degrees Celsius, of the zones named: the lowest trip point that the kernel answers by
// slowing down; on an Orin, which may not tell it, 99 for its junction, GPU and CPU. A zone that
// is left out has no known limit.
std::map<std::string, double> throttle_temperatures(const Host&, const Machine&,
                                                    std::span<const std::string> zones);

}  // namespace jetmeter
