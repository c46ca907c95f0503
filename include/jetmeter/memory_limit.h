// A limit on the memory of a worker process that somebody enforces.
//
// A cgroup bounds what the process really holds, page cache that it read included (the kernel takes
// that back first), and kills it when nothing can be taken back. RLIMIT_DATA bounds what it
// reserves: writable private memory, thread stacks included, touched or not; an allocation beyond
// it is refused, so that the runtime can say which. Neither sees what a GPU driver allocates
// outside the process: such memory is watched, not limited.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "jetmeter/core.h"
#include "jetmeter/memory.h"

namespace jetmeter {

// The mechanism that refuses allocations instead of killing.
inline constexpr std::string_view kRefusingMechanism = "RLIMIT_DATA";

enum class Limiter { automatic, cgroup, rlimit, none };
std::string_view name(Limiter);

class MemoryLimit {
 public:
  struct Options {
    std::uint64_t bytes = 0;
    // Automatic: a cgroup where one may be made; else RLIMIT_DATA, if `typed`.
    Limiter limiter = Limiter::automatic;
    bool typed = true;   // a person asked for this limit; it is not a default
    std::string cgroup;  // name of the group, unique on this machine
  };
  // Never fails: what cannot be enforced is `unavailable` with its reason in the mechanism. Where
  // it makes a group it removes those that a killed run left beside it: "jetmeter-PID-…" with
  // nothing in them and no such process.
  static MemoryLimit prepare(const Host&, const Options&);

  MemoryLimit() = default;
  MemoryLimit(MemoryLimit&&) noexcept;
  MemoryLimit& operator=(MemoryLimit&&) noexcept;
  ~MemoryLimit();  // removes the group; its processes must be gone

  const Budget& budget() const { return budget_; }
  // Puts the calling process under the limit. Async-signal-safe, for the child between fork and
  // exec. False when it could not.
  bool enter() const noexcept;
  // Processes that the kernel killed for the limit's sake. Absent without a group, and on kernels
  // that do not count them (before Linux 4.13).
  std::optional<std::int64_t> kills() const;
  // The group was refused memory and had then come to its limit: who was killed in it by nobody
  // that is known was killed for that.
  bool reached_limit() const;
  // The most that the group held, as the kernel accounts it. Absent where it does not tell.
  std::optional<std::uint64_t> peak_bytes() const;

 private:
  void remove_group() noexcept;

  Budget budget_;
  std::filesystem::path group_;  // empty: none
  std::string procs_;            // its cgroup.procs
  bool unified_ = false;         // cgroup v2
  bool rlimit_ = false;
};

}  // namespace jetmeter
