// Reading what the kernel tells of load and processes. Pure and total: any bytes may
// come in, and what is not understood is absent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/doctor.h"

namespace jetmeter {

// The first number of "90061.42 350000.10" (/proc/uptime) or "0.52 0.58 0.59 1/467 812"
// (/proc/loadavg); absent when it is negative or none.
std::optional<double> leading_number(std::string_view);

// "madvise" from "always [madvise] never".
std::optional<std::string> bracketed(std::string_view);

// Time on CPUs in clock ticks, and the name, from /proc/<pid>/stat. The name may hold blanks and
// brackets.
struct ProcessTime {
  std::string name;
  std::uint64_t ticks = 0;
};
std::optional<ProcessTime> parse_process_time(std::string_view);

// The share of all time that other guests of this machine's host took, from /proc/stat.
std::optional<double> parse_steal_share(std::string_view);

// From /proc/cpuinfo.
CpuFacts parse_cpuinfo(std::string_view);

std::vector<std::string> words_of(std::string_view);

}  // namespace jetmeter
