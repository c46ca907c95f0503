// What a container, or a service, may use: the limits of the control groups that this process is
// in. Of several on the way up to the root of the tree the tightest binds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "jetmeter/core.h"
#include "jetmeter/telemetry.h"

namespace jetmeter {

// Absent: no limit.
struct GroupLimits {
  std::optional<std::uint64_t> memory_bytes;
  std::optional<double> cores;
  std::string why_no_cores;  // why a limit of the cores could not be looked for; else empty
};
// Fails where the tree is not mounted: no limit that can be seen is not no limit.
Result<GroupLimits> read_group_limits(const Host&);

inline constexpr std::string_view kGroupLimitChannel = "memory.group_limit";
inline constexpr std::string_view kGroupAvailableChannel = "memory.group_available";

// The memory that the groups allow, as a source for the sampler: channels "memory.group_limit" and
// "memory.group_available", in bytes, both of the group that leaves the least. What can be had is
// the limit without what the group holds; its pages of files do not count, as the kernel takes them
// back. Fails where no group limits the memory.
Result<std::unique_ptr<Source>> open_group_memory(const Host&);

// The same, once.
struct GroupMemory {
  std::uint64_t limit_bytes = 0;
  std::optional<std::uint64_t>
      available_bytes;  // absent where the group does not tell what it holds
};
// Absent where no group limits the memory, or none can be seen.
std::optional<GroupMemory> read_group_memory(const Host&);

}  // namespace jetmeter
