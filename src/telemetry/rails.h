// The supply rails whose power this machine measures, whatever chip and driver measure it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "jetmeter/core.h"
#include "telemetry/kernel_file.h"

namespace jetmeter {

// One rail: a power as such, or a voltage and a current to be multiplied.
struct Rail {
  std::string name;   // "VDD_IN"; no two rails have the same, and none is called "board"
  KernelFile first;   // a power, or mV
  KernelFile second;  // mA; not open for a power
  double unit = 1;    // what the reading, or the product of both, is multiplied by to give watts

  // Absent when one of its files cannot be read. Does not allocate.
  std::optional<double> watts() const;
};

// Every rail once, in the order of the chips, even where /sys shows a chip in two places.
std::vector<Rail> find_rails(const Host&);

}  // namespace jetmeter
