#include "telemetry/kernel_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "telemetry/text.h"

namespace jetmeter {
namespace {

// O_NONBLOCK: a FIFO in the place of a file must not stop the program. O_CLOEXEC: workers are
// started while sources are open.
int open_regular(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat status {};
  if (descriptor < 0 || (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)))
    return descriptor;
  ::close(descriptor);
  return -1;
}

}  // namespace

KernelFile::KernelFile(const std::filesystem::path& path) : descriptor_(open_regular(path)) {}

KernelFile::~KernelFile() {
  if (is_open()) ::close(descriptor_);
}

KernelFile::KernelFile(KernelFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

KernelFile& KernelFile::operator=(KernelFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

std::optional<std::string_view> KernelFile::read(std::span<char> buffer, std::size_t from) const {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const auto got = ::pread(descriptor_, buffer.data() + filled, buffer.size() - filled,
                             static_cast<off_t>(from + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return std::string_view(buffer.data(), filled);
}

std::optional<std::string_view> KernelFile::read_whole(std::span<char> buffer) const {
  ssize_t got = 0;
  do got = ::pread(descriptor_, buffer.data(), buffer.size(), 0);
  while (got < 0 && errno == EINTR);
  if (got < 0) return std::nullopt;
  return std::string_view(buffer.data(), static_cast<std::size_t>(got));
}

std::optional<double> KernelFile::number() const {
  std::array<char, 64> buffer;
  const auto text = read_whole(buffer);
  // A text that goes on beyond the buffer is no number, whatever its beginning looks like.
  const bool whole = text && text->size() < buffer.size();
  return whole ? to_number(trimmed(*text)) : std::nullopt;
}

}  // namespace jetmeter
