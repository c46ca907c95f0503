#include "history/sqlite_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace jetmeter {
namespace {

constexpr std::string_view kHeader{"SQLite format 3\0", 16};

std::string named(const std::filesystem::path& file) {
  return "the history " + in_quotes(file.string());
}

std::optional<Error> refused_contents(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (descriptor < 0)
    return Error{fmt::format("{} cannot be read: {}", named(file), std::strerror(errno))};
  std::array<char, kHeader.size()> head{};
  const auto got = ::read(descriptor, head.data(), head.size());
  ::close(descriptor);
  if (got < 0)
    return Error{fmt::format("{} cannot be read: {}", named(file), std::strerror(errno))};
  if (got == 0 || std::string_view(head.data(), static_cast<std::size_t>(got)) == kHeader)
    return std::nullopt;
  return Error{named(file) +
               " is no SQLite database and was left as it is; name another file for the history"};
}

}  // namespace

std::optional<Error> refused_file(const std::filesystem::path& file, bool create) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (std::filesystem::is_directory(status))
    return Error{named(file) + " is a folder; name a file in it"};
  if (std::filesystem::is_regular_file(status)) return refused_contents(file);
  if (std::filesystem::exists(status)) return Error{named(file) + " is no file"};
  if (status.type() != std::filesystem::file_type::not_found)
    return Error{fmt::format("{} cannot be read: {}", named(file), error.message())};
  if (!create)
    return Error{fmt::format("there is no history {}; it begins with the first run",
                             in_quotes(file.string()))};
  std::filesystem::create_directories(file.parent_path(), error);
  if (error)
    return Error{fmt::format("{} cannot be made: its folder: {}", named(file), error.message())};
  return std::nullopt;
}

bool is_network_file_system(std::int64_t magic) {
  // linux/magic.h: NFS, SMB, CIFS, SMB2, Ceph, AFS, Coda, 9P; and FUSE, which may be sshfs.
  constexpr std::array<std::int64_t, 9> kNetwork{0x6969,     0x517B,     0xFF534D42,
                                                 0xFE534D42, 0x00C36400, 0x5346414F,
                                                 0x73757245, 0x01021997, 0x65735546};
  return std::ranges::find(kNetwork, magic) != kNetwork.end();
}

bool is_on_network(const std::filesystem::path& file) {
  struct statfs facts {};
  if (::statfs(file.parent_path().c_str(), &facts) != 0) return false;
  return is_network_file_system(static_cast<std::int64_t>(facts.f_type) & 0xFFFFFFFF);
}

}  // namespace jetmeter
