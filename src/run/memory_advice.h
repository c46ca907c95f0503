// What a person may release where the memory was short. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "jetmeter/processes.h"

namespace jetmeter {

// `others`: largest first, none of them ours.
std::string memory_advice(std::span<const ProcessSummary> others,
                          std::optional<std::uint64_t> page_cache_bytes);

}  // namespace jetmeter
