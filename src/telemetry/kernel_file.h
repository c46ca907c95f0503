// A file of /proc or /sys that is read again and again: opened once, read without allocating.
// Reading costs the kernel's work and one system call; opening would add a path walk each time.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

namespace jetmeter {

class KernelFile {
 public:
  KernelFile() = default;
  // Not open where something else than a regular file stands: a FIFO, a device, a folder.
  explicit KernelFile(const std::filesystem::path&);
  ~KernelFile();
  KernelFile(KernelFile&& other) noexcept;
  KernelFile& operator=(KernelFile&& other) noexcept;

  bool is_open() const { return descriptor_ >= 0; }
  // What the file says now, as much of it as `buffer` holds. Absent when it cannot be read: Tegra
  // answers EAGAIN for a sensor whose unit is switched off, and PSI EOPNOTSUPP when it is disabled.
  // `from`: of a file that is longer, the part that begins there.
  std::optional<std::string_view> read(std::span<char> buffer, std::size_t from = 0) const;
  // The same with one system call, for files that the kernel writes down as a whole whenever they
  // are read: those of sysfs, and those of /proc that are one record (meminfo, stat, loadavg, those
  // of a process but for maps and smaps). buddyinfo and vmstat are lists, which may come in pieces.
  std::optional<std::string_view> read_whole(std::span<char> buffer) const;
  // The one number that the file holds, read as a whole.
  std::optional<double> number() const;

 private:
  int descriptor_ = -1;
};

}  // namespace jetmeter
