#include "backends/private_directory.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace jetmeter {

Result<PrivateDirectory> PrivateDirectory::make(std::string_view stem) {
  std::error_code error;
  const auto parent = std::filesystem::temp_directory_path(error);
  if (error)
    return fail(fmt::format("there is no folder for temporary files ({}); set TMPDIR to one",
                            error.message()));
  auto pattern = (parent / fmt::format("{}-XXXXXX", stem)).string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    error.assign(errno, std::generic_category());
    return fail(fmt::format("no folder can be made in {} ({}); set TMPDIR to another one",
                            in_quotes(parent.string()), error.message()));
  }
  return PrivateDirectory(pattern);
}

PrivateDirectory::~PrivateDirectory() {
  if (path_.empty()) return;
  std::error_code ignored;  // nobody is left to be told
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace jetmeter
