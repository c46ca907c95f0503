// How far the latencies of a slot can be believed. Pure.
#pragma once

#include <span>

#include "jetmeter/record.h"
#include "run/wire.h"

namespace jetmeter {

// REQUIRES: `in_time_order` is not empty.
StatisticsRecord statistics_record(std::span<const FrameSample> in_time_order);

}  // namespace jetmeter
