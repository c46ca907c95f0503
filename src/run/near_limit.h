// What a worker that came near its limit is told to hold. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "jetmeter/memory.h"
#include "jetmeter/record.h"

namespace jetmeter {

// Its footprint may be above a limit that a mechanism keeps: the two are not the same quantity.
// `charged_peak_bytes` is what the mechanism counted at most; absent: it does not tell.
Warning near_limit_warning(const Budget&, std::string_view phase, std::uint64_t footprint_bytes,
                           std::optional<std::uint64_t> charged_peak_bytes, std::string slot);

}  // namespace jetmeter
