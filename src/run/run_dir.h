// The run directory: one writer per stream of lines, each line in the file as soon as it is
// written, flushed to the disk once a second. A file that cannot be written is reported once and
// left alone: the run goes on. Safe from several threads.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/core.h"
#include "run/process.h"

namespace jetmeter {

enum class Stream { frames, detections, metrics, log };

class RunDir {
 public:
  // `path` must be absent or an empty directory, on a disk that has room for the reports. Where it
  // is refused nothing is left behind.
  static Result<RunDir> create(const std::filesystem::path& path);
  RunDir(RunDir&&) noexcept;
  ~RunDir();

  const std::filesystem::path& path() const { return path_; }
  // A line, or several at once; without the last newline.
  void append(Stream, std::string_view line);
  // run.log: the UTC time, then the text.
  void log(WallTime, std::string_view text);
  int log_descriptor() const { return streams_[static_cast<std::size_t>(Stream::log)].fd.get(); }
  // A whole file, complete or not there at all; the error is one of failures() too.
  Result<void> write(const std::filesystem::path& name, std::string_view text);
  // What was written so far survives a power cut.
  void sync();
  // Space that was kept back, so that the reports can be written on a disk that ran full.
  void release_reserve();
  // One per file that could not be written whole.
  std::vector<Error> failures() const;

 private:
  struct StreamFile {
    std::string name;
    Descriptor fd;
    bool failed = false;
  };
  RunDir() = default;
  Result<void> keep_reserve() const;
  void remove_files() const;
  // What the failure is to be called from here on.
  Error note_failure(std::string_view name, int error);

  std::filesystem::path path_;
  std::array<StreamFile, 4> streams_;
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
  std::vector<Error> failures_;
  std::string line_;  // the one that is written; keeps its memory
};

// Why no space can be kept back, by the errno of the attempt; absent where that says nothing of
// space, as on file systems that cannot reserve any.
std::optional<std::string> why_no_reserve(int error, std::uintmax_t available_bytes);

}  // namespace jetmeter
