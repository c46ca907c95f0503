// Why a file of the kernel cannot be read.
#pragma once

#include <filesystem>
#include <string>

namespace jetmeter {

// "needs root: this user may not read '/sys/…'", "there is no '/sys/…'", or the system's reason.
// For a file that was just found not to be readable; one that can be opened "is no regular
// file", is too large, or "holds nothing that can be read".
std::string why_unreadable(const std::filesystem::path&);

}  // namespace jetmeter
