// The relative paths of a record's options, for a program that works in another folder.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/config_file.h"

namespace jetmeter {

// The options of a run that was made in the folder `there`, for one in the folder `here`: where the
// two differ, files and folders that were named relatively have their place before them. What may
// be a word as well as a file (`--source street`, `--input cat.jpg`) is one where it exists.
OptionValues as_of(OptionValues config, const std::optional<std::string>& there,
                   const std::filesystem::path& here);

}  // namespace jetmeter
