// A backend's profile as the record has it.
#pragma once

#include <span>
#include <vector>

#include "jetmeter/backend.h"
#include "jetmeter/record.h"

namespace jetmeter {

std::vector<LayerRecord> layer_records(std::span<const LayerTime>);

}  // namespace jetmeter
