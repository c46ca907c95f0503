#include "telemetry/access.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "jetmeter/core.h"

namespace jetmeter {

std::string why_unreadable(const std::filesystem::path& path) {
  const auto name = in_quotes(path.string());
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor >= 0) {
    ::close(descriptor);
    return name + " holds nothing that can be read";
  }
  if (errno == EACCES || errno == EPERM) return "needs root: this user may not read " + name;
  if (errno == ENOENT || errno == ENOTDIR) return "there is no " + name;
  return name + " cannot be opened: " + std::generic_category().message(errno);
}

}  // namespace jetmeter
