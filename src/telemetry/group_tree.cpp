#include "telemetry/group_tree.h"

#include <system_error>

#include "telemetry/text.h"

namespace jetmeter {
namespace {

namespace fs = std::filesystem;

bool is_there(const Host& host, std::string_view file) {
  std::error_code ignored;
  return fs::exists(host.path(file), ignored);
}

bool among(std::string_view names, std::string_view wanted) {
  for (;;) {
    const auto comma = names.find(',');
    if (names.substr(0, comma) == wanted) return true;
    if (comma == names.npos) return false;
    names.remove_prefix(comma + 1);
  }
}

}  // namespace

std::optional<std::string> parse_group(std::string_view text, std::string_view controller) {
  while (const auto line = next_line(text)) {
    const auto first = line->find(':'), second = line->find(':', first + 1);
    if (first == line->npos || second == line->npos) continue;
    if (among(line->substr(first + 1, second - first - 1), controller))
      return std::string(line->substr(second + 1));
  }
  return std::nullopt;
}

std::optional<double> parse_cpu_max(std::string_view text) {
  text = text.substr(0, 64);
  const auto quota = to_count(next_word(text)), period = to_count(next_word(text));
  if (!quota || !period || *period == 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

std::vector<fs::path> group_folders(const fs::path& top, const fs::path& group) {
  std::vector<fs::path> folders;
  for (auto above = group;; above = above.parent_path()) {
    folders.push_back(top / above.relative_path());
    if (!above.has_relative_path()) return folders;
  }
}

Result<MemoryGroups> memory_groups(const Host& host) {
  const auto text = read_text(host.path("/proc/self/cgroup")).value_or("");
  const auto unified = parse_group(text, "");
  if (unified && is_there(host, "/sys/fs/cgroup/cgroup.controllers"))
    return MemoryGroups{group_folders(host.path("/sys/fs/cgroup"), *unified), true};
  const auto legacy = parse_group(text, "memory");
  if (legacy && is_there(host, "/sys/fs/cgroup/memory/memory.limit_in_bytes"))
    return MemoryGroups{group_folders(host.path("/sys/fs/cgroup/memory"), *legacy), false};
  return fail("the tree of control groups is not mounted at '/sys/fs/cgroup'");
}

std::optional<double> sound_limit(std::optional<double> bytes) {
  constexpr double kNone = 1e18;
  return bytes && *bytes > 0 && *bytes < kNone ? bytes : std::nullopt;
}

}  // namespace jetmeter
