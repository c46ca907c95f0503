#include "run/memory_advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace jetmeter {
namespace {

constexpr std::size_t kNamed = 3;
constexpr std::uint64_t kWorthNaming = std::uint64_t{64} << 20;

std::uint64_t weight(const MemoryHolder& holder) {
  return std::max(holder.rss_bytes, holder.gpu_bytes);
}

std::string held_by(const MemoryHolder& holder) {
  std::string text;
  if (holder.rss_bytes >= kWorthNaming) text = format_bytes(holder.rss_bytes);
  if (holder.gpu_bytes >= kWorthNaming)
    text += fmt::format("{}{} of GPU memory", text.empty() ? "" : " and ",
                        format_bytes(holder.gpu_bytes));
  return text;
}

MemoryHolder& holder_of(ProcessId pid, std::string_view name, std::vector<MemoryHolder>& holders) {
  const auto known = std::ranges::find(holders, pid, &MemoryHolder::pid);
  if (known != holders.end()) return *known;
  holders.push_back({pid, std::string(name), 0, 0});
  return holders.back();
}

}  // namespace

std::vector<MemoryHolder> memory_holders(std::span<const ProcessSummary> processes,
                                         std::span<const GpuClient> clients, ProcessId own) {
  std::vector<MemoryHolder> holders;
  for (const auto& process : processes)
    holder_of(process.pid, process.name, holders).rss_bytes = process.rss_bytes;
  for (const auto& client : clients)
    holder_of(client.pid, client.name, holders).gpu_bytes += client.bytes;
  std::erase_if(holders, [&](const MemoryHolder& holder) { return holder.pid == own; });
  std::ranges::stable_sort(holders, std::greater(), weight);
  return holders;
}

std::string memory_advice(std::span<const MemoryHolder> others,
                          std::optional<std::uint64_t> page_cache) {
  std::string holders;
  for (const auto& holder : others.first(std::min(others.size(), kNamed))) {
    if (weight(holder) < kWorthNaming) break;
    holders +=
        fmt::format("{}{} {} (pid {})", holders.empty() ? "" : ", ",
                    holder.name.empty() ? "a process" : holder.name, held_by(holder), holder.pid);
  }
  std::string advice;
  if (!holders.empty())
    advice = fmt::format("other programs hold {}: end what is not needed with kill PID", holders);
  if (page_cache && *page_cache >= kWorthNaming)
    advice +=
        fmt::format("{}the page cache holds {}: sync; echo 1 | sudo tee /proc/sys/vm/drop_caches",
                    advice.empty() ? "" : "; ", format_bytes(*page_cache));
  return advice.empty() ? "leave a fifth of the memory free: a smaller model or input" : advice;
}

}  // namespace jetmeter
