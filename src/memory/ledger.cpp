#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "jetmeter/memory.h"
#include "jetmeter/telemetry.h"

namespace jetmeter {
namespace {

// The amount of a line "Key:  1234 kB" of /proc/meminfo. Absent when there is no such line.
std::optional<std::uint64_t> meminfo(std::string_view text, std::string_view key) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find('\n', at), text.size());
    auto line = text.substr(at, end - at);
    at = end + 1;
    if (!line.starts_with(key) || line.substr(key.size(), 1) != ":") continue;
    line.remove_prefix(key.size() + 1);
    std::uint64_t kilobytes = 0;
    const auto first = line.find_first_of("0123456789");
    if (first == line.npos || line.find_first_not_of(" \t") != first) return std::nullopt;
    for (const char c : line.substr(first)) {
      if (c < '0' || c > '9') break;
      kilobytes = kilobytes * 10 + static_cast<std::uint64_t>(c - '0');
      if (kilobytes > (std::uint64_t{1} << 50)) return std::nullopt;
    }
    return kilobytes * 1024;
  }
  return std::nullopt;
}

void add_view(Ledger& ledger, std::string name, std::optional<std::uint64_t> bytes,
              std::string note) {
  if (bytes) ledger.views.push_back({std::move(name), 0, ViewBytes(*bytes), std::move(note)});
}

std::optional<std::uint64_t> sum(std::optional<std::uint64_t> a, std::optional<std::uint64_t> b) {
  return a || b ? std::optional(a.value_or(0) + b.value_or(0)) : std::nullopt;
}

// zram keeps what was swapped out compressed in the pool itself.
std::optional<std::uint64_t> zram_bytes(const Host& host) {
  std::optional<std::uint64_t> total;
  for (int i = 0; i < 64; ++i) {
    const auto path = host.path(fmt::format("/sys/block/zram{}/mm_stat", i));
    const auto text = read_text(path);
    if (!text) continue;
    // orig_data_size compr_data_size mem_used_total …, bytes
    unsigned long long original = 0, compressed = 0, used = 0;
    if (std::sscanf(text->c_str(), "%llu %llu %llu", &original, &compressed, &used) == 3)
      total = total.value_or(0) + used;
  }
  return total;
}

// As free(1) has it, but without shared memory, which the kernel counts there and cannot give back.
void add_cache(Ledger& ledger, std::string_view text) {
  const auto shared = meminfo(text, "Shmem");
  auto cache =
      sum(sum(meminfo(text, "Cached"), meminfo(text, "Buffers")), meminfo(text, "SReclaimable"));
  if (cache && shared) cache = *cache - std::min(*shared, *cache);
  add_view(ledger, std::string(kPageCacheView), cache,
           std::string(shared ? kPageCacheNote : kSharedCacheNote));
  add_view(ledger, "shared memory", shared, "of processes and tmpfs, not given back");
}

std::string_view where_swapped(SwapPlace place) {
  switch (place) {
    case SwapPlace::beside_memory: return "outside the pool, in swap files";
    case SwapPlace::in_memory: return "in zram, which takes a part of the pool";
    case SwapPlace::both: return "partly in zram, which takes a part of the pool";
    case SwapPlace::unknown: break;
  }
  return "in swap files or in zram";
}

void add_swap(Ledger& ledger, const Host& host, std::string_view meminfo_text) {
  if (const auto areas = parse_swaps(read_text(host.path("/proc/swaps")).value_or("")))
    ledger.swap = place_of(*areas);
  const auto total = meminfo(meminfo_text, "SwapTotal"), unused = meminfo(meminfo_text, "SwapFree");
  if (total && unused && *total > 0 && *unused <= *total)
    ledger.views.push_back({"swapped out", std::nullopt, ViewBytes(*total - *unused),
                            std::string(where_swapped(ledger.swap))});
  add_view(ledger, "zram", zram_bytes(host), "what was swapped out, compressed inside the pool");
}

void add_nvmap(Ledger& ledger, std::string_view text, const GpuClients* clients) {
  if (ledger.architecture != MemoryArchitecture::unified) return;
  if (const auto used = meminfo(text, "NvMapMemUsed"))
    add_view(ledger, std::string(kNvmapView), used, std::string(kNvmapNote));
  else if (clients)
    add_view(ledger, std::string(kNvmapView), clients->total_bytes, std::string(kNvmapListNote));
}

void add_gpu(Ledger& ledger, const Host& host, std::string_view text) {
  const auto clients = read_gpu_clients(host);
  add_nvmap(ledger, text, clients ? &*clients : nullptr);
  if (!clients) return;
  for (const auto& client : clients->clients)
    add_view(ledger, fmt::format("GPU memory of {} ({})", client.name, client.pid), client.bytes,
             "as " + clients->from + " tells");
}

// The number in "memory.gpu3_total"; absent for any other name.
std::optional<int> gpu_of(std::string_view name, std::string_view ending) {
  constexpr std::string_view kBegin = "memory.gpu";
  if (!name.starts_with(kBegin) || !name.ends_with(ending)) return std::nullopt;
  name.remove_prefix(kBegin.size());
  name.remove_suffix(ending.size());
  int index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return index;
}

// A discrete GPU's memory is a pool of its own, and may be added to the system's.
void add_vram(Ledger& ledger, const Host& host) {
  for (const auto* kind : source_kinds()) {
    if (kind->name != "nvml") continue;
    const auto source = kind->open(host);
    if (!source) return;
    const auto channels = (*source)->channels();
    std::vector<std::optional<double>> values(channels.size());
    (*source)->read(values);
    const auto value = [&](int gpu, std::string_view ending) -> std::optional<double> {
      for (std::size_t i = 0; i < channels.size(); ++i)
        if (gpu_of(channels[i].name, ending) == gpu) return values[i];
      return std::nullopt;
    };
    for (int gpu = 0; const auto total = value(gpu, "_total"); ++gpu) {
      Pool pool{fmt::format("VRAM {}", gpu), PoolBytes(static_cast<std::uint64_t>(*total)), {}};
      const auto used = value(gpu, "_used");
      if (used && *used <= *total)
        pool.available = PoolBytes(static_cast<std::uint64_t>(*total - *used));
      ledger.pools.push_back(pool);
    }
  }
}

}  // namespace

PoolBytes Ledger::total() const {
  PoolBytes sum;
  for (const auto& pool : pools) sum = sum + pool.total;
  return sum;
}

std::optional<double> Ledger::available_share() const {
  if (pools.empty() || !pools[0].available || pools[0].total.bytes() == 0) return std::nullopt;
  return static_cast<double>(pools[0].available->bytes()) /
         static_cast<double>(pools[0].total.bytes());
}

Ledger read_ledger(const Host& host, MemoryArchitecture architecture) {
  Ledger ledger;
  ledger.architecture = architecture;
  const auto text = read_text(host.path("/proc/meminfo")).value_or("");
  const auto total = meminfo(text, "MemTotal");
  if (!total) return ledger;
  const bool unified = architecture == MemoryArchitecture::unified;
  Pool pool{unified ? "DRAM (CPU and GPU)" : "RAM", PoolBytes(*total), {}};
  if (const auto available = meminfo(text, "MemAvailable")) pool.available = PoolBytes(*available);
  ledger.pools.push_back(pool);
  if (architecture == MemoryArchitecture::discrete) add_vram(ledger, host);

  add_view(ledger, "free", meminfo(text, "MemFree"), "holds nothing at all");
  add_cache(ledger, text);
  add_view(ledger, "anonymous memory", meminfo(text, "AnonPages"), "of all processes");
  add_gpu(ledger, host, text);
  add_swap(ledger, host, text);
  return ledger;
}

std::optional<ViewBytes> Footprint::total() const {
  if (!pss) return std::nullopt;
  return ViewBytes(pss->bytes() + (gpu ? gpu->bytes() : 0));
}

}  // namespace jetmeter
