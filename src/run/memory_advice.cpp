#include "run/memory_advice.h"

#include <fmt/format.h>

#include <algorithm>

namespace jetmeter {
namespace {

constexpr std::size_t kNamed = 3;
constexpr std::uint64_t kWorthNaming = std::uint64_t{64} << 20;

}  // namespace

std::string memory_advice(std::span<const ProcessSummary> others,
                          std::optional<std::uint64_t> page_cache) {
  std::string holders;
  for (const auto& process : others.first(std::min(others.size(), kNamed))) {
    if (process.rss_bytes < kWorthNaming) break;
    holders += fmt::format("{}{} {} (pid {})", holders.empty() ? "" : ", ",
                           process.name.empty() ? "a process" : process.name,
                           format_bytes(process.rss_bytes), process.pid);
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
