#include <fmt/format.h>

#include <algorithm>

#include "doctor/checks.h"
#include "doctor/memory_advice.h"

namespace jetmeter {
namespace {

std::string bytes(double value) {
  return format_bytes(static_cast<std::uint64_t>(std::max(value, 0.0)));
}

bool is_desktop(std::string_view name) {
  return name == "Xorg" || name == "Xwayland" || name.starts_with("gnome-shell") ||
         name.starts_with("gnome_shell");
}

// Ends the desktop where it is the one that holds most of the GPU's memory; ending anything else is
// for those who started it.
std::string release(const DoctorFacts& facts) {
  if (!facts.gpu_users || facts.gpu_users->users.empty()) return "";
  const auto& users = facts.gpu_users->users;
  const auto most = std::max_element(users.begin(), users.end(), [](const auto& a, const auto& b) {
    return a.client.bytes < b.client.bytes;
  });
  return is_desktop(most->client.name) ? "sudo systemctl isolate multi-user.target" : "";
}

std::optional<Finding> memory_available(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "memory_available";
  const auto share = facts.ledger.available_share();
  if (!share)
    return not_known(kCode, "how much memory can be had", "'/proc/meminfo' does not tell");
  const auto& pool = facts.ledger.pools.front();
  const auto what =
      fmt::format("{} of {} can be had ({:.0f} %)", format_bytes(pool.available->bytes()),
                  format_bytes(pool.total.bytes()), 100 * *share);
  if (*share >= kShareKept) return fine(kCode, what);
  return Finding{
      Severity::warning, std::string(kCode), what,
      fmt::format("20 % is {}. To get memory back: {}", kTheReserve, what_gives_memory_back(facts)),
      release(facts)};
}

double pages_per_second(const DoctorFacts& facts) {
  double grown = 0;
  for (const auto* name : {"swap.in", "swap.out"}) {
    const auto* channel = find_channel(facts, name);
    if (channel != nullptr) grown += channel->growth().value_or(0);
  }
  return facts.seconds_between.value_or(0) > 0 ? grown / *facts.seconds_between : 0;
}

// Bringing everything back takes as much memory as was swapped out, and the machine's reserve is
// not for it.
bool fits_back(const DoctorFacts& facts, double used) {
  const auto& pools = facts.ledger.pools;
  return facts.ledger.available_share().value_or(0) >= kShareKept &&
         static_cast<double>(pools[0].available->bytes()) > 2 * used;
}

// A finding whose command empties swap where that leaves the machine as it was. No fstab names
// zram: `swapon -a` does not bring it back before the next boot.
Finding swapped(const DoctorFacts& facts, Severity severity, std::string what, std::string why,
                double used) {
  const bool zram = !facts.swap || std::ranges::any_of(*facts.swap, &SwapArea::zram);
  const bool restores = !zram && fits_back(facts, used);
  if (!restores) why += ". First get memory back: " + what_gives_memory_back(facts);
  return {severity, "swap", std::move(what), std::move(why),
          restores ? "sudo swapoff -a && sudo swapon -a" : ""};
}

std::optional<Finding> swap(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "swap";
  const auto used = latest(facts, "memory.swap_used");
  if (!used)
    return not_known(kCode, "whether memory is swapped out",
                     why_no_channel(facts, "memory", "memory.swap_used"));
  const double rate = pages_per_second(facts);
  if (rate > 0)
    return swapped(
        facts, Severity::warning,
        fmt::format("swapping now, {}/s, with {} swapped out", bytes(rate), bytes(*used)),
        "a page that has to come back stops the thread that touches it for as long as "
        "the disk, or the decompression, takes",
        *used);
  if (*used > 0)
    return swapped(facts, Severity::note, bytes(*used) + " swapped out",
                   "a process that needs one of these pages again waits for it, within a run as "
                   "well as outside",
                   *used);
  return fine(kCode, "nothing is swapped out");
}

std::optional<Finding> zram(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "zram";
  if (!is_jetson(facts)) return std::nullopt;
  if (!facts.swap)
    return not_known(kCode, "whether swap is zram, compressed memory", facts.swap.error().what);
  double size = 0, used = 0;
  for (const auto& area : *facts.swap) {
    if (!area.zram()) continue;
    size += static_cast<double>(area.size_bytes);
    used += static_cast<double>(area.used_bytes);
  }
  if (size == 0) return fine(kCode, "no zram");
  return Finding{Severity::note, std::string(kCode),
                 fmt::format("{} of swap are zram, {} in use", bytes(size), bytes(used)),
                 "what it holds stays in the same DRAM, compressed, and cores that should feed the "
                 "GPU do the compressing; the command takes effect at the next boot",
                 "sudo systemctl disable nvzramconfig"};
}

std::optional<Finding> page_cache(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "page_cache";
  constexpr double kLarge = 0.25;
  if (!is_jetson(facts)) return std::nullopt;
  const auto cached = latest(facts, "memory.cached"), total = latest(facts, "memory.total"),
             unused = latest(facts, "memory.free");
  if (!cached || !total || !unused || *total <= 0)
    return not_known(kCode, "how much of the memory is cache",
                     why_no_channel(facts, "memory", "memory.cached"));
  const auto what = fmt::format("{} of page cache, {} unused", bytes(*cached), bytes(*unused));
  if (*cached < kLarge * *total) return fine(kCode, what);
  return Finding{Severity::note, std::string(kCode), what,
                 "cudaMemGetInfo counts unused memory only: a runtime that asks it takes the cache "
                 "for lost, and refuses a model or chooses a smaller workspace",
                 "sync && sudo sysctl vm.drop_caches=1"};
}

std::optional<Finding> largest_free_block(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "largest_free_block";
  constexpr double kMiB = 1024.0 * 1024, kWhole = 4 * kMiB, kFew = kMiB, kEnough = 16 * kMiB;
  if (!is_jetson(facts)) return std::nullopt;
  const auto block = latest(facts, "memory.largest_free_block");
  if (!block)
    return not_known(kCode, "how fragmented the memory is",
                     why_no_channel(facts, "paging", "memory.largest_free_block"));
  const auto count = latest(facts, "memory.largest_free_blocks").value_or(1);
  const auto what = fmt::format("largest free blocks: {:.0f} of {}", count, bytes(*block));
  const double together = count * *block;
  if (*block >= kWhole && together >= kEnough) return fine(kCode, what);
  const bool bad = *block < kFew || together < kWhole;
  return Finding{bad ? Severity::warning : Severity::note, std::string(kCode), what,
                 "NvMap looks for large blocks: an allocation on the GPU becomes slow, or fails "
                 "with error 12 although enough memory is free",
                 "sudo sysctl vm.compact_memory=1"};
}

std::optional<Finding> uptime(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "uptime";
  constexpr double kDay = 24 * 3600, kLong = 7 * kDay;
  if (!is_jetson(facts)) return std::nullopt;
  if (!facts.uptime_seconds)
    return not_known(kCode, "how long the board has been up", facts.uptime_seconds.error().what);
  const auto what = fmt::format("up for {:.1f} days", *facts.uptime_seconds / kDay);
  if (*facts.uptime_seconds < kLong) return fine(kCode, what);
  return Finding{Severity::note, std::string(kCode), what,
                 "NvMap's memory fragments over the days until loads fail that a fresh board takes",
                 "sudo reboot"};
}

std::string in_words(const GpuUsers::User& user) {
  return fmt::format("{} ({}) {}", user.client.name, user.client.pid,
                     format_bytes(user.client.bytes));
}

std::optional<Finding> gpu_memory_users(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "gpu_memory_users";
  constexpr std::uint64_t kMuch = std::uint64_t{64} << 20;
  if (!has_gpu(facts)) return std::nullopt;
  if (!facts.gpu_users) {
    const auto& why = facts.gpu_users.error().what;
    const bool root_helps = !facts.recorded && why.find("needs root") != why.npos;
    return not_known(kCode, "who else holds memory of the GPU", why,
                     root_helps ? "sudo jetmeter doctor" : "");
  }
  std::vector<std::string> gone, others;
  std::uint64_t most = 0;
  for (const auto& user : facts.gpu_users->users) {
    (user.gone ? gone : others).push_back(in_words(user));
    most = std::max(most, user.client.bytes);
  }
  if (!gone.empty())
    return Finding{
        Severity::warning, std::string(kCode), "held for processes that are gone: " + list_of(gone),
        "it usually comes back with a reboot only, and every run has so much less", "sudo reboot"};
  if (others.empty()) return fine(kCode, "nobody holds memory of the GPU");
  const auto end_desktop = release(facts);
  return Finding{most >= kMuch ? Severity::warning : Severity::note, std::string(kCode),
                 "others hold memory of the GPU: " + list_of(others),
                 "they compute and allocate when they like, on the same GPU and memory bus; stop "
                 "them first",
                 end_desktop.empty() ? show_gpu_users(facts) : end_desktop};
}

std::optional<Finding> huge_pages(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "huge_pages";
  if (!facts.huge_pages)
    return not_known(kCode, "whether huge pages are given unasked", facts.huge_pages.error().what);
  const auto what = "transparent huge pages: " + *facts.huge_pages;
  if (*facts.huge_pages != "always") return fine(kCode, what);
  return Finding{Severity::note, std::string(kCode), what,
                 "the kernel rounds allocations up to 2 MiB and compacts memory for them: peaks "
                 "look larger, and an allocation may pause",
                 "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled"};
}

std::optional<Finding> memory_limit(const DoctorFacts& facts) {
  constexpr std::string_view kCode = "memory_limit";
  if (!facts.limits)
    return not_known(kCode, "whether a container limits the memory", facts.limits.error().what);
  const auto& limit = facts.limits->memory_bytes;
  const auto& total = facts.machine.memory_total_bytes;
  if (!limit || (total && *limit >= *total)) return fine(kCode, "no container limits the memory");
  return Finding{Severity::warning, std::string(kCode),
                 fmt::format("this process may hold {}{}", format_bytes(*limit),
                             total ? " of " + format_bytes(*total) : ""),
                 "its control group, a container or a service, is killed above that; what the "
                 "machine has left does not count",
                 ""};
}

constexpr DoctorCheck kChecks[] = {
    memory_available, swap,       zram,        page_cache, largest_free_block, uptime,
    gpu_memory_users, huge_pages, memory_limit};

}  // namespace

std::span<const DoctorCheck> memory_checks() {
  return kChecks;
}

}  // namespace jetmeter
