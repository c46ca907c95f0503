// The reading of what format_utc() writes.
#pragma once

#include <optional>
#include <string_view>

#include "jetmeter/core.h"

namespace jetmeter {

// RFC 3339 in UTC, with up to six digits of a second or none. Absent for anything else, such as
// the 30th of February.
std::optional<WallTime> parse_utc(std::string_view);

}  // namespace jetmeter
