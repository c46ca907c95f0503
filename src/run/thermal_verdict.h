// Whether a measurement is of a machine that was cold, or of one that had warmed to where it stays.
// "The ranking at minute 1 is not the ranking at minute 30." Pure.
#pragma once

#include "jetmeter/record.h"
#include "run/disturbance.h"

namespace jetmeter {

// Absent for a slot without frames. `slowed`: times in which clocks were cut.
std::optional<ThermalRecord> thermal_record(const SlotFrames&, const Histories&,
                                            const TimeSpans& slowed);

}  // namespace jetmeter
