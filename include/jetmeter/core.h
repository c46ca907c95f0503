// Types that every module shares: errors, units, the machine and the clock as parameters, and the
// reading and writing of byte counts, durations and times. Nothing here keeps state; everything
// may be used from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace jetmeter {

// Why something could not be done: one sentence, in words that a user can act on.
struct Error {
  std::string what;
};

// For failures that the caller is expected to meet: an absent sensor, an unreadable model. Throw
// for everything else; assert for our own bugs.
template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(std::string what) {
  return tl::make_unexpected(Error{std::move(what)});
}

enum class Unit {
  none,
  percent,
  byte,
  second,
  watt,
  joule,
  celsius,
  hertz,
  volt,
  ampere,
  rpm,
  count
};
// "W", "°C", …; empty for `none` and `count`.
std::string_view symbol(Unit);
// The suffix that a key of this unit carries: "watts", "celsius", "bytes", …
std::string_view key_suffix(Unit);

// The machine as the program sees it. Tests point `root` at a recorded tree.
struct Host {
  std::filesystem::path root = "/";
  // `absolute` ("/proc/meminfo") as it is found under this root.
  std::filesystem::path path(std::string_view absolute) const;
};

using Nanoseconds = std::chrono::nanoseconds;
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

// Monotonic time is CLOCK_MONOTONIC: comparable between the processes of one machine.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Nanoseconds monotonic() const = 0;
  virtual WallTime wall() const = 0;
};
const Clock& system_clock();

// The most that read_text reads; the kernel's own files and those that machines come with are far
// smaller.
constexpr std::size_t kLargestText = std::size_t{4} << 20;
// The whole of a small file of the machine (/proc, /sys, /etc, a cache), without ever waiting for
// it. Absent when it cannot be opened or read, when it is no regular file (a FIFO, a socket, a
// device, a folder), and when it holds more than kLargestText: never a part of it.
std::optional<std::string> read_text(const std::filesystem::path&);
// The first number of a file that read_text reads. Absent when there is none.
std::optional<double> read_number(const std::filesystem::path&);
// The whole of a file that a user named: a record, a configuration, labels. May wait, as a pipe is
// read to its end. Absent when it cannot be opened or read, is a folder or a disk, or holds more
// than 1 GiB.
std::optional<std::string> read_document(const std::filesystem::path&);
// What a finished file may be renamed onto: `path` itself, or what it links to. Fails where
// something else than a file stands there: whoever renames onto /dev/null has no /dev/null any
// more.
Result<std::filesystem::path> replaceable(const std::filesystem::path&);
// The file that a model in `folder` says its weights lie in. Fails where it is not there or lies
// outside of the folder, by "..", an absolute path or a link: a model from somewhere else must not
// choose what is read. The error is to be read after the model's name.
Result<std::filesystem::path> weights_beside(const std::filesystem::path& folder,
                                             const std::string& location);

// "8GiB", "512MiB", "8GB", "1.5g", "4096" (bytes). KiB/MiB/GiB and bare K/M/G are powers of 1024,
// KB/MB/GB of 1000.
Result<std::uint64_t> parse_bytes(std::string_view);
// "1.5 GiB"; three significant figures.
std::string format_bytes(std::uint64_t);
// "500ms", "10s", "2min", "1h", "250us"; a bare number is seconds.
Result<Nanoseconds> parse_duration(std::string_view);
// "1.23 ms", "12.3 s", "4 min 05 s".
std::string format_duration(Nanoseconds);
// RFC 3339 with microseconds: "2026-01-31T12:00:00.123456Z".
std::string format_utc(WallTime);

// The candidate that a person most likely meant by `word`; absent when none is near.
std::optional<std::string> closest(std::string_view word, std::span<const std::string> candidates);

// Text between single quotes with control characters made visible, for error sentences.
std::string in_quotes(std::string_view);
// Bytes that are no UTF-8 become U+FFFD, as they do in JSON here, and so does NUL, which neither
// XML nor PostgreSQL can hold.
std::string valid_utf8(std::string_view);

}  // namespace jetmeter
