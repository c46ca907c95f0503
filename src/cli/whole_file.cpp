#include "cli/whole_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace jetmeter {

Result<void> write_whole(const std::filesystem::path& path, std::string_view text) {
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  if (file) return {};
  return fail(fmt::format("{} could not be written whole: {}", in_quotes(path.string()),
                          errno == 0 ? "no reason told" : std::strerror(errno)));
}

}  // namespace jetmeter
