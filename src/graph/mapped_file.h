// A whole file in the address space, unmapped with its last user.
#pragma once

#include <filesystem>

#include "jetmeter/graph.h"

namespace jetmeter {

// The error is to be read after the file's name: "no such file".
Result<Blob> map_file(const std::filesystem::path&);

}  // namespace jetmeter
