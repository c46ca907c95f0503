// From births and deaths to bytes. Pure.
#pragma once

#include <cstdint>
#include <span>

#include "jetmeter/model.h"

namespace jetmeter {

// The most bytes that are alive in one step; a tensor is alive in its first and its last step.
std::uint64_t peak_bytes_alive(std::span<const Activation>);

}  // namespace jetmeter
