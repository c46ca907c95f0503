// What /proc says of one process. Pure and total: any bytes may come in.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace jetmeter {

struct ProcessStat {
  char state = '?';  // 'R', 'S', …; 'Z' and 'X' have ended and hold nothing any more
  std::int64_t minor_faults = 0, major_faults = 0;  // since it started
  // In user mode and in the kernel, of all its threads, since it started. Absent from a line that
  // ends before.
  std::optional<std::int64_t> cpu_ticks;
  std::optional<std::int64_t> threads;  // absent from a line that ends before

  bool has_ended() const { return state == 'Z' || state == 'X'; }
};
// Of /proc/PID/stat. Absent when it is no such line; the name in it may hold spaces, brackets and
// digits.
std::optional<ProcessStat> parse_process_stat(std::string_view);

struct ProcessPages {
  std::uint64_t resident_bytes = 0;
  // Of files and of shared memory. Absent from a line that ends before.
  std::optional<std::uint64_t> shareable_bytes;
};
// Of /proc/PID/statm, which counts pages. Absent for a process without an address space, of which
// it says 0: a kernel's thread, or one that has ended.
std::optional<ProcessPages> parse_statm(std::string_view, std::uint64_t page_bytes);

// From /proc/loadavg how many tasks the machine has. Who came last is told there as well, but one
// that has ended again by the next look has left nothing behind. Absent when it is no such line.
std::optional<std::uint64_t> parse_loadavg_tasks(std::string_view);

}  // namespace jetmeter
