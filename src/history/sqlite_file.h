// What a path is before SQLite sees it. Reads, and changes nothing.
#pragma once

#include <filesystem>
#include <optional>

#include "jetmeter/core.h"

namespace jetmeter {

// Why no history can be kept at `file`, as a whole sentence; absent when one can.
std::optional<Error> refused_file(const std::filesystem::path& file, bool create);

// SQLite's write-ahead log needs memory that all its users share. On a network's file systems two
// machines do not, and the log breaks the database without a word.
bool is_on_network(const std::filesystem::path& file);
bool is_network_file_system(std::int64_t magic);  // of statfs(2)

}  // namespace jetmeter
