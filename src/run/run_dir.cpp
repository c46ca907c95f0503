#include "run/run_dir.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace jetmeter {
namespace {

constexpr std::array kStreamNames{"frames.jsonl", "detections.jsonl", "metrics.jsonl", "run.log"};
constexpr std::string_view kReserveName = ".reserve";
constexpr off_t kReserveBytes = off_t{256} * 1024;

// 0, or the errno of the write that failed.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

Descriptor open_for_writing(const std::filesystem::path& path, int flags) {
  return Descriptor(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644));
}

tl::unexpected<Error> cannot_use(const std::filesystem::path& path, std::string_view why) {
  return fail(fmt::format("cannot write the run into {}: {}; name another place with --out",
                          in_quotes(path.string()), why));
}

}  // namespace

Result<RunDir> RunDir::create(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    if (!std::filesystem::is_directory(path, error)) return cannot_use(path, "it is a file");
    if (!std::filesystem::is_empty(path, error)) return cannot_use(path, "it is not empty");
  }
  const bool created = std::filesystem::create_directories(path, error);
  if (error) return cannot_use(path, error.message());
  RunDir dir;
  dir.path_ = path;
  for (std::size_t i = 0; i < dir.streams_.size(); ++i) {
    auto& stream = dir.streams_[i];
    stream.name = kStreamNames[i];
    stream.fd = open_for_writing(path / stream.name, O_APPEND);
    if (!stream.fd) return cannot_use(path, std::strerror(errno));
  }
  if (auto kept = dir.keep_reserve(); !kept) {
    if (created) std::filesystem::remove(path, error);
    return tl::make_unexpected(kept.error());
  }
  return dir;
}

Result<void> RunDir::keep_reserve() const {
  auto reserve = open_for_writing(path_ / kReserveName, 0);
  if (!reserve) return {};
  const int full = posix_fallocate(reserve.get(), 0, kReserveBytes);
  if (!why_no_reserve(full, 0)) return {};
  reserve.reset();
  remove_files();
  std::error_code unknown;
  const auto space = std::filesystem::space(path_, unknown);
  return cannot_use(path_, *why_no_reserve(full, unknown ? 0 : space.available));
}

void RunDir::remove_files() const {
  for (const auto& stream : streams_) unlink((path_ / stream.name).c_str());
  unlink((path_ / kReserveName).c_str());
}

RunDir::RunDir(RunDir&&) noexcept = default;

RunDir::~RunDir() {
  if (mutex_) release_reserve();
}

void RunDir::append(Stream which, std::string_view line) {
  const std::scoped_lock lock(*mutex_);
  auto& stream = streams_[static_cast<std::size_t>(which)];
  if (stream.failed) return;
  line_.assign(line);
  line_ += '\n';
  if (const int error = write_all(stream.fd.get(), line_)) {
    stream.failed = true;
    note_failure(stream.name, error);
  }
}

void RunDir::log(WallTime time, std::string_view text) {
  append(Stream::log, fmt::format("{} {}", format_utc(time), text));
}

Result<void> RunDir::write(const std::filesystem::path& name, std::string_view text) {
  const std::scoped_lock lock(*mutex_);
  const auto target = path_ / name;
  const auto draft = target.string() + ".part";
  std::error_code no_folder;
  std::filesystem::create_directories(target.parent_path(), no_folder);
  if (no_folder) return tl::make_unexpected(note_failure(name.string(), no_folder.value()));
  auto file = open_for_writing(draft, O_TRUNC);
  int error = file ? write_all(file.get(), text) : errno;
  if (error == 0 && fsync(file.get()) != 0) error = errno;
  if (error == 0 && rename(draft.c_str(), target.c_str()) != 0) error = errno;
  if (error == 0) return {};
  unlink(draft.c_str());
  return tl::make_unexpected(note_failure(name.string(), error));
}

void RunDir::sync() {
  for (const auto& stream : streams_)
    if (!stream.failed) fdatasync(stream.fd.get());
}

void RunDir::release_reserve() {
  unlink((path_ / kReserveName).c_str());
}

std::vector<Error> RunDir::failures() const {
  const std::scoped_lock lock(*mutex_);
  return failures_;
}

Error RunDir::note_failure(std::string_view name, int error) {
  return failures_.emplace_back(
      Error{fmt::format("{} could not be written whole: {}", in_quotes((path_ / name).string()),
                        std::strerror(error))});
}

std::optional<std::string> why_no_reserve(int error, std::uintmax_t available_bytes) {
  const auto needed = format_bytes(static_cast<std::uint64_t>(kReserveBytes));
  if (error == EDQUOT)
    return fmt::format("the quota is used up, and the reports need up to {}", needed);
  if (error != ENOSPC) return std::nullopt;
  return fmt::format("the disk has {} left, and the reports need up to {}",
                     format_bytes(available_bytes), needed);
}

}  // namespace jetmeter
