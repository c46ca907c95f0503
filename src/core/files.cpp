#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <utility>

#include "jetmeter/core.h"

namespace jetmeter {
namespace {

constexpr std::size_t kLargestDocument = std::size_t{1} << 30;

class OpenFile {
 public:
  OpenFile(const std::filesystem::path& path, int flags)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | flags)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  // Absent when it is not open.
  std::optional<struct stat> status() const {
    struct stat status {};
    return ::fstat(descriptor_, &status) == 0 ? std::optional(status) : std::nullopt;
  }
  // Absent when it cannot be read, or goes on beyond `most` bytes. The kernel's files say 0 or a
  // page, whatever they hold: `expected` is where to begin.
  std::optional<std::string> rest(std::size_t expected, std::size_t most) const {
    constexpr std::size_t kLeast = 4096;
    std::string text;
    std::size_t filled = 0;
    for (;;) {
      if (filled == text.size()) {
        if (filled > most) return std::nullopt;
        text.resize(std::min(std::max({kLeast, expected + 1, 2 * filled}), most + 1));
      }
      const auto got = ::read(descriptor_, text.data() + filled, text.size() - filled);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return std::nullopt;
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
    }
    text.resize(filled);
    return text;
  }

 private:
  int descriptor_;
};

std::optional<std::string> text_of(const OpenFile& file, const struct stat& status,
                                   std::size_t most) {
  const auto size = S_ISREG(status.st_mode) ? static_cast<std::uintmax_t>(status.st_size) : 0;
  if (size > most) return std::nullopt;
  return file.rest(static_cast<std::size_t>(size), most);
}

bool inside(const std::filesystem::path& path, const std::filesystem::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

}  // namespace

std::filesystem::path Host::path(std::string_view absolute) const {
  while (absolute.starts_with('/')) absolute.remove_prefix(1);
  return root / absolute;
}

// O_NONBLOCK: opening a FIFO that nobody writes to would wait for a writer.
std::optional<std::string> read_text(const std::filesystem::path& path) {
  const OpenFile file(path, O_NONBLOCK);
  const auto status = file.status();
  if (!status || !S_ISREG(status->st_mode)) return std::nullopt;
  return text_of(file, *status, kLargestText);
}

std::optional<std::string> read_document(const std::filesystem::path& path) {
  const OpenFile file(path, 0);
  const auto status = file.status();
  if (!status || S_ISDIR(status->st_mode) || S_ISBLK(status->st_mode)) return std::nullopt;
  return text_of(file, *status, kLargestDocument);
}

Result<std::filesystem::path> replaceable(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    return tl::make_unexpected(
        Error{in_quotes(path.string()) + " is there and is no file; give another name"});
  if (!std::filesystem::is_symlink(path, error)) return path;
  auto target = std::filesystem::weakly_canonical(path, error);
  return error ? path : target;
}

Result<std::filesystem::path> weights_beside(const std::filesystem::path& folder,
                                             const std::string& location) {
  const std::filesystem::path relative(location);
  const auto name = in_quotes(location);
  const bool climbs = std::ranges::any_of(relative, [](const auto& part) { return part == ".."; });
  if (relative.is_absolute() || climbs || location.find('\0') != std::string::npos)
    return fail(fmt::format(
        "its weights are said to lie in {}, outside of the model's folder, which is refused",
        name));
  std::error_code error;
  const auto home = std::filesystem::canonical(folder.empty() ? "." : folder, error);
  const auto real =
      error ? std::filesystem::path() : std::filesystem::canonical(home / relative, error);
  if (error)
    return fail(fmt::format("its weights lie in {}, which is not there: put that file beside it",
                            in_quotes((folder / relative).string())));
  if (!inside(real, home))
    return fail(
        fmt::format("its weights lie in {}, a link out of the model's folder, which is "
                    "refused: copy that file beside it",
                    name));
  return real;
}

std::optional<double> read_number(const std::filesystem::path& path) {
  auto text = read_text(path);
  if (!text) return std::nullopt;
  std::istringstream words(*std::move(text));
  double value = 0;
  if (!(words >> value)) return std::nullopt;
  return value;
}

}  // namespace jetmeter
