// Where this process stands in the kernel's tree of control groups.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/core.h"

namespace jetmeter {

// From /proc/self/cgroup: the path of the process' group of cgroup v2 ("0::/user.slice") or of the
// v1 controller named. Pure and total.
std::optional<std::string> parse_group(std::string_view, std::string_view controller);
// "max 100000" is no limit, "50000 100000" half a core. Pure and total.
std::optional<double> parse_cpu_max(std::string_view);

// The folders of a group in the tree that is mounted at `top`: its own first, then those above it.
std::vector<std::filesystem::path> group_folders(const std::filesystem::path& top,
                                                 const std::filesystem::path& group);

// Those of the groups that bound this process' memory.
struct MemoryGroups {
  std::vector<std::filesystem::path> folders;
  bool unified = false;  // cgroup v2
};
// Fails where the tree is not mounted.
Result<MemoryGroups> memory_groups(const Host&);

// A limit of bytes as both versions write it; absent for none, which v1 writes as a huge number.
std::optional<double> sound_limit(std::optional<double> bytes);

}  // namespace jetmeter
