#include "run/memory_advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

namespace jetmeter {
namespace {

constexpr std::size_t kNamed = 3;
constexpr std::uint64_t kWorthNaming = std::uint64_t{64} << 20;

struct Holder {
  ProcessId pid = 0;
  std::string name;
  std::uint64_t resident = 0, on_gpu = 0;

  std::uint64_t all() const { return resident + on_gpu; }
};

// GPU memory is in no process's resident size.
std::vector<Holder> holders_of(std::span<const ProcessSummary> resident,
                               std::span<const GpuClient> on_gpu) {
  std::vector<Holder> all;
  for (const auto& process : resident)
    all.push_back({process.pid, process.name, process.rss_bytes, 0});
  for (const auto& client : on_gpu) {
    const auto known = std::ranges::find(all, client.pid, &Holder::pid);
    if (known != all.end())
      known->on_gpu += client.bytes;
    else
      all.push_back({client.pid, client.name, 0, client.bytes});
  }
  std::ranges::stable_sort(all, std::greater{}, &Holder::all);
  return all;
}

std::string in_words(const Holder& holder) {
  const bool much_on_gpu = holder.on_gpu >= kWorthNaming;
  std::string amount;
  if (!much_on_gpu || holder.resident >= kWorthNaming) amount = format_bytes(holder.resident);
  if (much_on_gpu)
    amount += fmt::format("{}{} of GPU memory", amount.empty() ? "" : " and ",
                          format_bytes(holder.on_gpu));
  return fmt::format("{} {} (pid {})", holder.name.empty() ? "a process" : holder.name, amount,
                     holder.pid);
}

}  // namespace

std::string memory_advice(std::span<const ProcessSummary> resident,
                          std::span<const GpuClient> on_gpu) {
  const auto all = holders_of(resident, on_gpu);
  std::string holders;
  for (std::size_t i = 0; i < std::min(all.size(), kNamed) && all[i].all() >= kWorthNaming; ++i)
    holders += (holders.empty() ? "" : ", ") + in_words(all[i]);
  if (holders.empty()) return "keep a fifth of the memory available: a smaller model or input";
  return fmt::format("other programs hold {}: end what is not needed with kill PID", holders);
}

}  // namespace jetmeter
