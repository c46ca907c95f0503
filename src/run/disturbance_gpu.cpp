#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "run/disturbance_detectors.h"
#include "run/idle_baseline.h"

namespace jetmeter {
namespace {

// A desktop that nobody touches redraws for less than this.
constexpr double kIdleLoad = 10;  // percent
constexpr std::size_t kNamed = 3;

std::vector<GpuClient> others_among(const std::optional<GpuClients>& clients,
                                    const std::vector<ProcessId>& own) {
  std::vector<GpuClient> others;
  if (!clients) return others;
  for (const auto& client : clients->clients)
    if (client.bytes > 0 && std::ranges::find(own, client.pid) == own.end())
      others.push_back(client);
  std::ranges::stable_sort(others, std::greater{}, &GpuClient::bytes);
  return others;
}

std::string names_of(const std::vector<GpuClient>& clients) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < std::min(clients.size(), kNamed); ++i)
    words.push_back(fmt::format("{} ({}, {})", clients[i].name.empty() ? "?" : clients[i].name,
                                clients[i].pid, format_bytes(clients[i].bytes)));
  if (clients.size() > kNamed) words.push_back(fmt::format("{} more", clients.size() - kNamed));
  return fmt::format("{}", fmt::join(words, ", "));
}

// Those of `some` that `others` has too.
std::vector<GpuClient> in_both(const std::vector<GpuClient>& some,
                               const std::vector<GpuClient>& others) {
  std::vector<GpuClient> both;
  for (const auto& client : some)
    if (std::ranges::find(others, client.pid, &GpuClient::pid) != others.end())
      both.push_back(client);
  return both;
}

// What slots on the CPU have of it, in a run that has no others.
std::string_view why_it_matters(const DisturbanceFacts& facts) {
  return facts.gpus().empty() ? ", which shares the memory bus and the power budget with the CPU,"
                              : "";
}

void detect_shared(const DisturbanceFacts& facts, Disturbances& found) {
  const auto before = others_among(facts.gpu_clients_before, facts.own_processes);
  const auto after = others_among(facts.gpu_clients_after, facts.own_processes);
  constexpr auto* kAdvice =
      "close them, the desktop session too (sudo systemctl isolate multi-user.target)";
  const auto whose = why_it_matters(facts);
  const auto both = in_both(before, after);
  if (!both.empty()) {
    found.push_back({"gpu_shared",
                     fmt::format("other programs held memory on the GPU{} all the time: {}", whose,
                                 names_of(both)),
                     kAdvice, TimeSpans{*facts.measured()}});
    return;
  }
  const auto& once = before.empty() ? after : before;
  if (once.empty()) return;
  found.push_back({"gpu_shared",
                   fmt::format("other programs held memory on the GPU{} {}: {}", whose,
                               before.empty() ? "at the end" : "at the beginning", names_of(once)),
                   kAdvice, std::nullopt});
}

void detect_busy_before(const DisturbanceFacts& facts, const std::string& gpu,
                        Disturbances& found) {
  if (!facts.idle) return;
  const auto load = mean_within(facts.histories, "load." + gpu, *facts.idle);
  if (!load || *load <= kIdleLoad) return;
  found.push_back({"gpu_busy_before",
                   fmt::format("the GPU{} was {:.0f} % busy before a model was loaded",
                               why_it_matters(facts), *load),
                   "something else uses it: close it, or wait until it is done; tegrastats or "
                   "nvidia-smi shows the load",
                   std::nullopt, gpu});
}

}  // namespace

// On a board whose CPU and GPU share their memory, who uses the GPU disturbs slots on the CPU too.
void detect_other_gpu_users(const DisturbanceFacts& facts, Disturbances& found) {
  auto gpus = facts.gpus();
  if (gpus.empty() && !facts.unified_memory) return;
  const auto first = found.size();
  detect_shared(facts, found);
  // The lists do not say which GPU; on a machine with one there is no other.
  if (gpus.size() == 1)
    for (auto i = first; i < found.size(); ++i) found[i].gpu = gpus.front();
  if (gpus.empty()) gpus = gpus_with_load(facts.histories);
  for (const auto& gpu : gpus) detect_busy_before(facts, gpu, found);
  if (!facts.unified_memory) return;
  for (auto i = first; i < found.size(); ++i) found[i].gpu.clear();
}

}  // namespace jetmeter
