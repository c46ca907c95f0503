// Whether two streams can take turns. Pure.
#pragma once

#include <optional>

#include "jetmeter/frames.h"
#include "jetmeter/record.h"
#include "jetmeter/run.h"

namespace jetmeter {

// Live streams run freely, whatever was asked for; only planned pairs are walked in turn.
Schedule applied_schedule(Schedule asked, bool planned);

// That turns were asked for and are not taken, since a stream is live; absent when they are.
std::optional<Warning> schedule_warning(Schedule asked, const SourceInfo& first,
                                        const SourceInfo& second);

}  // namespace jetmeter
