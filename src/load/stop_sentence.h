#pragma once

#include <string>

#include "jetmeter/load.h"

namespace jetmeter {

// Names the rule that ended the load, with the numbers that were reached and those still missing.
// `offline_count`: of Scenario, 0 where the rules alone decided.
std::string stop_sentence(const StopRules&, std::int64_t offline_count, const LoadOutcome&);

}  // namespace jetmeter
