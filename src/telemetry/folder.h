// Folders of /sys and the names that their contents give to channels.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/telemetry.h"

namespace jetmeter {

// What stands in `folder` with a name that begins with `prefix`, in numeric order: zone2 before
// zone10. Empty when the folder cannot be listed.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder,
                                              std::string_view prefix = "");

// The file's first line as a name; empty when there is none.
std::string name_in(const std::filesystem::path& file);

// `name`, or `name-2`, `name-3`, … where a channel has it already: two ACPI zones are both called
// "acpitz".
std::string unique_name(const std::vector<Channel>& channels, std::string name);

}  // namespace jetmeter
