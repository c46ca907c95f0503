#include "telemetry/access.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "jetmeter/core.h"

namespace jetmeter {

std::string why_unreadable(const std::filesystem::path& path) {
  const auto name = in_quotes(path.string());
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor >= 0) {
    struct stat status {};
    const bool other = ::fstat(descriptor, &status) == 0 && !S_ISREG(status.st_mode);
    ::close(descriptor);
    if (other) return name + " is no regular file";
    if (static_cast<std::uintmax_t>(status.st_size) > kLargestText)
      return name + " is larger than any file of the kernel: " +
             format_bytes(static_cast<std::uint64_t>(status.st_size));
    return name + " holds nothing that can be read";
  }
  if (errno == EACCES || errno == EPERM) return "needs root: this user may not read " + name;
  if (errno == ENOENT || errno == ENOTDIR) return "there is no " + name;
  return name + " cannot be opened: " + std::generic_category().message(errno);
}

}  // namespace jetmeter
