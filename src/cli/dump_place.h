// Where `bench --dump-outputs` may write: only where nothing is. Reads, and changes nothing.
#pragma once

#include <filesystem>
#include <string>

#include "jetmeter/core.h"

namespace jetmeter {

// Fails, in one sentence, where anything is in the file's place, and where its folder is not there.
// `run_folder` (may be empty) counts as there: the run makes it. An empty `file` is no wish.
Result<void> check_dump_place(const std::filesystem::path& file,
                              const std::filesystem::path& run_folder);

// What a run that is repeated has written stays as it is: the name, ending in .npz, of the file
// that its repetition writes into its own folder.
std::filesystem::path dump_of_repetition(const std::filesystem::path& recorded);

// In a sweep every step writes into its own folder: what is typed is a name alone, and one that no
// file of a run has.
Result<void> check_dump_name(const std::string& typed);

}  // namespace jetmeter
