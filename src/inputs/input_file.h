// Files that a user named. Every error begins with the file's name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "inputs/npy_stream.h"
#include "jetmeter/core.h"

namespace jetmeter {

// Its size. Fails for what is no file that can be read to an end: a folder, a device, a pipe.
Result<std::uint64_t> regular_file_bytes(const std::filesystem::path&);

// The stream keeps the file open; what fails while it is read comes without the file's name.
Result<ByteStream> open_input_file(const std::filesystem::path&);

// "'x.npy' is cut off": the file's name before a reason.
tl::unexpected<Error> fail_of(const std::filesystem::path&, const Error&);

}  // namespace jetmeter
