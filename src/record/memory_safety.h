// What all slots together say about memory. Written for the reader's convenience, never read back:
// the slots hold the facts.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

#include "jetmeter/record.h"

namespace jetmeter::record_json {

nlohmann::ordered_json memory_safety(std::span<const SlotRecord>);

}  // namespace jetmeter::record_json
