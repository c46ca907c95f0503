// The SHA-256 of a file, read in pieces.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace jetmeter {

// Lower-case hexadecimal; absent when the file cannot be read.
std::optional<std::string> sha256_of_file(const std::filesystem::path&);

}  // namespace jetmeter
