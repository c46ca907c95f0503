#pragma once

#include <span>
#include <string>

#include "jetmeter/load.h"

namespace jetmeter {

// Why no lower rate holds a latency either: half of the work alone takes longer, without a queue
// and with no other lane in its way. Told with 99 % confidence; else empty.
std::string too_slow_alone(double per_second, const RateBound&, std::span<const LoadSample>);

}  // namespace jetmeter
