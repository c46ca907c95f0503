#include "inputs/input_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <memory>
#include <system_error>

namespace jetmeter {

tl::unexpected<Error> fail_of(const std::filesystem::path& path, const Error& reason) {
  return fail(fmt::format("{} {}", in_quotes(path.string()), reason.what));
}

Result<std::uint64_t> regular_file_bytes(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    const bool absent = status.type() == std::filesystem::file_type::not_found;
    return fail_of(path, {absent ? "does not exist" : "may not be read: " + error.message()});
  }
  if (std::filesystem::is_directory(status)) return fail_of(path, {"is a folder, not a file"});
  if (!std::filesystem::is_regular_file(status)) {
    return fail_of(path, {"is not a regular file; its size cannot be known beforehand"});
  }
  const auto bytes = std::filesystem::file_size(path, error);
  if (error) return fail_of(path, {"may not be read: " + error.message()});
  return bytes;
}

Result<ByteStream> open_input_file(const std::filesystem::path& path) {
  const auto bytes = regular_file_bytes(path);
  if (!bytes) return tl::make_unexpected(bytes.error());
  auto file = std::make_shared<std::ifstream>(path, std::ios::binary);
  if (!*file) {
    return fail_of(path, {"may not be read: " + std::generic_category().message(errno)});
  }
  const auto read = [file](std::span<std::byte> out) -> Result<std::size_t> {
    file->read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
    if (file->bad()) return fail("could not be read to its end");
    return static_cast<std::size_t>(file->gcount());
  };
  return ByteStream{read, *bytes};
}

}  // namespace jetmeter
