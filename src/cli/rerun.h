// `--from RUN`: the models that an earlier run measured.
#pragma once

#include <filesystem>

#include "jetmeter/record.h"
#include "jetmeter/run.h"

namespace jetmeter {

// Has the slots that run the models of that record expect them as they were. Fails when it cannot
// be read.
Result<void> expect_models(RunSpec&, const std::filesystem::path& run);
// The part of it that touches no file but to learn its absolute path.
void expect_models(RunSpec&, const Record&);

}  // namespace jetmeter
