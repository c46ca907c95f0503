// A file that is either written whole or complained of.
#pragma once

#include <filesystem>
#include <string_view>

#include "jetmeter/core.h"

namespace jetmeter {

// What stood there is replaced. The error names the file and the reason.
Result<void> write_whole(const std::filesystem::path&, std::string_view text);

}  // namespace jetmeter
