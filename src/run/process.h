// Child processes of the supervisor: starting one with its pipes and under its memory limit, and
// telling how it ended.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/memory_limit.h"
#include "jetmeter/processes.h"

namespace jetmeter {

// Owns a descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { reset(); }
  void reset();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

struct ChildPipes {
  Descriptor control;  // we write
  Descriptor events;   // we read; does not block
};

struct Child {
  pid_t pid = -1;
  std::vector<ChildPipes> slots;
};

struct ChildOptions {
  std::vector<std::string> arguments;
  int slots = 1;
  int log = -1;
  const MemoryLimit* limit = nullptr;  // null: none
};

// Slot i of the child reads descriptor 3+2i and writes descriptor 4+2i. Standard output and error
// go to `log`. The child leads its own process group, so that Ctrl-C is the supervisor's alone,
// and is killed when the supervisor dies.
Result<Child> start_child(const std::filesystem::path& program, const ChildOptions&);

// The exit code of a child that could not be put under its limit.
inline constexpr int kExitNotLimited = 125;

// "exit code 7", "signal SIGSEGV (segmentation fault)".
std::string describe_exit(int wait_status);

// The largest footprint of a process since the last reset of its mark: the kernel's high-water mark
// of its resident size, less the part that is other processes' share of common pages now. Absent
// when the kernel does not tell that part: the whole resident size is another quantity.
std::optional<std::uint64_t> peak_footprint(const Host&, ProcessId);
// Of this process.
std::optional<std::uint64_t> own_peak_bytes();
void reset_own_peak();

// The machine's count of out-of-memory kills (/proc/vmstat).
std::optional<std::int64_t> oom_kills(const Host&);

}  // namespace jetmeter
