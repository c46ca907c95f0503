// At which temperature of which zone a machine begins to cut clocks.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/machine.h"

namespace jetmeter {

// The temperature at which the kernel begins to slow a zone down, as it says itself.
struct ThermalTrip {
  std::string zone;
  double celsius = 0;
};
// The lowest trip point of each zone that the kernel answers by slowing down, by the name that the
// zone's channel has; of a recorded machine those of its NVIDIA GPUs too. A temperature at which no
// machine slows down is none.
std::vector<ThermalTrip> slowing_trips(const Host&);

// Zone -> degrees Celsius, of the zones named: by its trip; on an Orin, which may not tell it, 99
// for its junction, GPU and CPU. A zone that is left out has no known limit. Pure.
std::map<std::string, double> throttle_temperatures(std::span<const ThermalTrip>, const Machine&,
                                                    std::span<const std::string> zones);

}  // namespace jetmeter
