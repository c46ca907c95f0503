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

  bool has_ended() const { return state == 'Z' || state == 'X'; }
};
// Of /proc/PID/stat. Absent when it is no such line; the name in it may hold spaces, brackets and
// digits.
std::optional<ProcessStat> parse_process_stat(std::string_view);

// The resident bytes of /proc/PID/statm, which counts pages. Absent for a process without an
// address space, of which it says 0: a kernel's thread, or one that has ended.
std::optional<std::uint64_t> parse_statm_rss(std::string_view, std::uint64_t page_bytes);

// From /proc/loadavg a number that changes, but for rare accidents, when a task of the machine
// starts or ends: how many there are, and who came last. Absent when it is no such line.
std::optional<std::uint64_t> parse_loadavg_census(std::string_view);

}  // namespace jetmeter
