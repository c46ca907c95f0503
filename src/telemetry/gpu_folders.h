// Where a Jetson keeps what belongs to its integrated GPU.
#pragma once

#include <filesystem>
#include <vector>

#include "jetmeter/core.h"

namespace jetmeter {

// The folders that may hold its load and its mask of TPCs, the likeliest first; they need not be
// there.
std::vector<std::filesystem::path> gpu_folders(const Host&);

}  // namespace jetmeter
