// A run as it is named on the command line: its directory, or a report.json.
#pragma once

#include <filesystem>

#include "jetmeter/core.h"
#include "jetmeter/record.h"

namespace jetmeter {

Result<Record> read_record(const std::filesystem::path& run);

}  // namespace jetmeter
