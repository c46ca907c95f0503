// Arrays in NumPy's format out of anything that yields bytes in order: memory, a file, a member of
// an archive. The header comes first, so that an array which nobody can use is not read.
// Errors are reasons to be read after the source's name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "inputs/npy_header.h"
#include "jetmeter/core.h"
#include "jetmeter/inputs.h"

namespace jetmeter {

struct ByteStream {
  // Fills the span; yields fewer bytes only where the source ends.
  std::function<Result<std::size_t>(std::span<std::byte>)> read;
  std::uint64_t size = 0;  // of the whole; nothing beyond it is allocated
};

ByteStream stream_of(std::string_view content);

// What was read is a header whose array fills the rest of the stream exactly.
Result<NpyHeader> read_npy_header(const ByteStream&);
// REQUIRES: the stream stands behind that header.
Result<TensorData> read_npy_data(const ByteStream&, const NpyHeader&);

}  // namespace jetmeter
