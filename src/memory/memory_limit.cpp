#include "jetmeter/memory_limit.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

namespace jetmeter {
namespace {

// The path of this process's group, from /proc/self/cgroup: "0::/user.slice/…" in the unified
// hierarchy, "4:memory:/…" in that of the memory controller.
std::optional<std::string> own_group(const Host& host, bool unified) {
  std::istringstream lines(read_text(host.path("/proc/self/cgroup")).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    if (unified ? line.starts_with("0::") : controllers == "memory") return line.substr(second + 1);
  }
  return std::nullopt;
}

// To the end of the file's old contents, if it has any; true when the kernel took it.
bool put(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file);
  out << text << std::flush;
  return static_cast<bool>(out);
}

// Of a run that was killed nobody removes the groups: the PID in "jetmeter-812-worker.rgb".
std::optional<std::string> maker_of(std::string_view group) {
  constexpr std::string_view kPrefix = "jetmeter-";
  if (!group.starts_with(kPrefix)) return std::nullopt;
  group.remove_prefix(kPrefix.size());
  const auto digits = group.substr(0, group.find_first_not_of("0123456789"));
  if (digits.empty() || digits.size() == group.size() || group[digits.size()] != '-')
    return std::nullopt;
  return std::string(digits);
}

// The kernel keeps a group that has a process in it, whatever its name.
void remove_abandoned_groups(const Host& host, const std::filesystem::path& parent) {
  std::error_code error, unknown;
  std::vector<std::filesystem::path> abandoned;
  for (std::filesystem::directory_iterator it(parent, error), end; !error && it != end;
       it.increment(error)) {
    const auto maker = maker_of(it->path().filename().string());
    if (maker && !std::filesystem::exists(host.path("/proc/" + *maker), unknown) && !unknown)
      abandoned.push_back(it->path());
  }
  for (const auto& group : abandoned) rmdir(group.c_str());
}

// Group v2: a group may hand the memory controller on only when it has no processes of its own, so
// the place for a sibling is above ours.
std::filesystem::path make_unified(const Host& host, const MemoryLimit::Options& options) {
  const auto own = own_group(host, true);
  if (!own) return {};
  for (std::filesystem::path above = *own;; above = above.parent_path()) {
    const auto parent = host.path("/sys/fs/cgroup" + above.string());
    const auto controllers = read_text(parent / "cgroup.subtree_control").value_or("");
    std::error_code error;
    const auto group = parent / options.cgroup;
    const bool handed_on = controllers.find("memory") != controllers.npos;
    if (handed_on) remove_abandoned_groups(host, parent);
    if (handed_on && std::filesystem::create_directory(group, error)) {
      put(group / "memory.swap.max", "0");  // absent without swap accounting
      if (put(group / "memory.max", std::to_string(options.bytes))) return group;
      std::filesystem::remove(group, error);
    }
    if (!above.has_relative_path()) return {};
  }
}

std::filesystem::path make_legacy(const Host& host, const MemoryLimit::Options& options) {
  const auto own = own_group(host, false);
  if (!own) return {};
  const auto parent = host.path("/sys/fs/cgroup/memory" + *own);
  const auto group = parent / options.cgroup;
  remove_abandoned_groups(host, parent);
  std::error_code error;
  if (!std::filesystem::create_directory(group, error)) return {};
  const auto bytes = std::to_string(options.bytes);
  if (put(group / "memory.limit_in_bytes", bytes)) {
    put(group / "memory.memsw.limit_in_bytes", bytes);  // absent without swap accounting
    return group;
  }
  std::filesystem::remove(group, error);
  return {};
}

// The number after `key` in lines of the form "key 12".
std::optional<std::int64_t> count_of(const std::filesystem::path& file, std::string_view key) {
  std::istringstream words(read_text(file).value_or(""));
  std::string word;
  std::int64_t count = 0;
  while (words >> word >> count)
    if (word == key) return count;
  return std::nullopt;
}

}  // namespace

std::string_view name(Limiter limiter) {
  switch (limiter) {
    case Limiter::automatic: return "auto";
    case Limiter::cgroup: return "cgroup";
    case Limiter::rlimit: return "rlimit";
    case Limiter::none: return "none";
  }
  return "";
}

MemoryLimit MemoryLimit::prepare(const Host& host, const Options& options) {
  MemoryLimit limit;
  limit.budget_ = {options.bytes, Enforcement::unavailable, "that was not asked for"};
  if (options.limiter == Limiter::none) return limit;
  if (options.limiter != Limiter::rlimit) {
    limit.group_ = make_unified(host, options);
    limit.unified_ = !limit.group_.empty();
    if (limit.group_.empty()) limit.group_ = make_legacy(host, options);
  }
  if (!limit.group_.empty()) {
    limit.procs_ = (limit.group_ / "cgroup.procs").string();
    limit.budget_.enforcement = Enforcement::hard;
    limit.budget_.mechanism =
        limit.unified_ ? "cgroup v2 memory.max" : "cgroup v1 memory.limit_in_bytes";
    return limit;
  }
  const bool fall_back = options.limiter == Limiter::automatic && options.typed;
  if (options.limiter == Limiter::rlimit || fall_back) {
    limit.rlimit_ = true;
    limit.budget_.enforcement = Enforcement::hard;
    limit.budget_.mechanism = kRefusingMechanism;
    return limit;
  }
  limit.budget_.mechanism =
      "no memory cgroup can be made here; it takes root, or one that was handed to this user";
  return limit;
}

MemoryLimit::MemoryLimit(MemoryLimit&& other) noexcept
    : budget_(std::move(other.budget_)),
      group_(std::exchange(other.group_, {})),
      procs_(std::move(other.procs_)),
      unified_(other.unified_),
      rlimit_(other.rlimit_) {}

MemoryLimit& MemoryLimit::operator=(MemoryLimit&& other) noexcept {
  remove_group();
  budget_ = std::move(other.budget_);
  group_ = std::exchange(other.group_, {});
  procs_ = std::move(other.procs_);
  unified_ = other.unified_;
  rlimit_ = other.rlimit_;
  return *this;
}

MemoryLimit::~MemoryLimit() {
  remove_group();
}

void MemoryLimit::remove_group() noexcept {
  if (!group_.empty()) rmdir(group_.c_str());
  group_.clear();
}

bool MemoryLimit::enter() const noexcept {
  if (rlimit_) {
    const rlimit bound{budget_.limit_bytes, budget_.limit_bytes};
    return setrlimit(RLIMIT_DATA, &bound) == 0;
  }
  if (group_.empty()) return true;
  const int file = open(procs_.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool entered = write(file, "0", 1) == 1;  // 0: the process that writes
  close(file);
  return entered;
}

std::optional<std::int64_t> MemoryLimit::kills() const {
  if (group_.empty()) return std::nullopt;
  return count_of(group_ / (unified_ ? "memory.events" : "memory.oom_control"), "oom_kill");
}

bool MemoryLimit::reached_limit() const {
  if (group_.empty()) return false;
  if (unified_) return count_of(group_ / "memory.events", "oom").value_or(0) > 0;
  // Refused, and then helped by what could be taken back, the mark may be the same.
  constexpr std::uint64_t kHugePage = 2 << 20;  // the mark lacks what was asked for last
  const auto peak = peak_bytes();
  return read_number(group_ / "memory.failcnt").value_or(0) > 0 && peak &&
         *peak + kHugePage >= budget_.limit_bytes;
}

std::optional<std::uint64_t> MemoryLimit::peak_bytes() const {
  if (group_.empty()) return std::nullopt;
  const auto peak = read_number(group_ / (unified_ ? "memory.peak" : "memory.max_usage_in_bytes"));
  return peak ? std::optional(static_cast<std::uint64_t>(*peak)) : std::nullopt;
}

}  // namespace jetmeter
