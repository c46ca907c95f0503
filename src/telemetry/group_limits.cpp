#include "jetmeter/group_limits.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "telemetry/group_tree.h"

namespace jetmeter {
namespace {

namespace fs = std::filesystem;

// The lowest value of all groups.
std::optional<double> tightest(const std::vector<fs::path>& groups,
                               std::optional<double> (*limit_of)(const fs::path&)) {
  std::optional<double> lowest;
  for (const auto& group : groups)
    if (const auto limit = limit_of(group)) lowest = std::min(lowest.value_or(*limit), *limit);
  return lowest;
}

std::optional<double> memory_max(const fs::path& group) {
  return sound_limit(read_number(group / "memory.max"));
}

std::optional<double> memory_limit_in_bytes(const fs::path& group) {
  return sound_limit(read_number(group / "memory.limit_in_bytes"));
}

std::optional<double> cpu_max(const fs::path& group) {
  return parse_cpu_max(read_text(group / "cpu.max").value_or(""));
}

std::optional<double> cfs_quota(const fs::path& group) {
  const auto quota = read_number(group / "cpu.cfs_quota_us");  // -1: none
  const auto period = read_number(group / "cpu.cfs_period_us");
  const bool sound = quota && *quota > 0 && period && *period > 0;
  return sound ? std::optional(*quota / *period) : std::nullopt;
}

void add_legacy_cores(const Host& host, GroupLimits& limits) {
  const auto cpu = parse_group(read_text(host.path("/proc/self/cgroup")).value_or(""), "cpu");
  std::error_code ignored;
  if (cpu && fs::exists(host.path("/sys/fs/cgroup/cpu/cpu.shares"), ignored))
    limits.cores = tightest(group_folders(host.path("/sys/fs/cgroup/cpu"), *cpu), cfs_quota);
  else
    limits.why_no_cores = "the CPU's control groups are not mounted at '/sys/fs/cgroup/cpu'";
}

}  // namespace

Result<GroupLimits> read_group_limits(const Host& host) {
  const auto groups = memory_groups(host);
  if (!groups) return tl::make_unexpected(groups.error());
  GroupLimits limits;
  const auto bytes =
      tightest(groups->folders, groups->unified ? memory_max : memory_limit_in_bytes);
  if (bytes) limits.memory_bytes = static_cast<std::uint64_t>(*bytes);
  if (groups->unified)
    limits.cores = tightest(groups->folders, cpu_max);
  else
    add_legacy_cores(host, limits);
  return limits;
}

}  // namespace jetmeter
