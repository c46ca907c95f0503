// What reading a source takes of a worker's memory: the decoder, its reference frames, and the
// frames that are decoded ahead.
#pragma once

#include <cstdint>
#include <string>

#include "jetmeter/core.h"

namespace jetmeter {

// Measured on the first frames, in a child process that is gone afterwards. Forks: call it before
// other threads start. Fails for a live source, which only its worker may open.
Result<std::uint64_t> source_memory(const std::string& source);

}  // namespace jetmeter
