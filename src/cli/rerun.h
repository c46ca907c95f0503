// `--from report.json`: what an earlier run was given, found again.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/config_file.h"
#include "jetmeter/record.h"
#include "jetmeter/run.h"

namespace jetmeter {

// The options of a run that was made in the folder `there`, for one in the folder `here`: where the
// two differ, files and folders that were named relatively have their place before them. What may
// be a word as well as a file (`--source street`, `--input cat.jpg`) is one where it exists.
OptionValues as_of(OptionValues config, const std::optional<std::string>& there,
                   const std::filesystem::path& here);

// Has the slots that run the models of that record expect them as they were. Fails when it cannot
// be read.
Result<void> expect_models(RunSpec&, const std::filesystem::path& report);
// The part of it that touches no file but to learn its absolute path.
void expect_models(RunSpec&, const Record&);

}  // namespace jetmeter
