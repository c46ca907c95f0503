#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "run/disturbance_detectors.h"

namespace jetmeter {
namespace {

// A desktop that nobody touches redraws for less than this; see also kFewestReadings.
constexpr double kIdleLoad = 10;            // percent
constexpr std::size_t kFewestReadings = 2;  // one may have caught a single redraw
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

void detect_shared(const DisturbanceFacts& facts, Disturbances& found) {
  const auto before = others_among(facts.gpu_clients_before, facts.own_processes);
  const auto after = others_among(facts.gpu_clients_after, facts.own_processes);
  constexpr auto* kAdvice =
      "close them, the desktop session too (sudo systemctl isolate multi-user.target)";
  const auto both = in_both(before, after);
  if (!both.empty()) {
    found.push_back(
        {"gpu_shared",
         fmt::format("other programs held memory on the GPU all the time: {}", names_of(both)),
         kAdvice, TimeSpans{*facts.measured()}});
    return;
  }
  const auto& once = before.empty() ? after : before;
  if (once.empty()) return;
  found.push_back({"gpu_shared",
                   fmt::format("other programs held memory on the GPU {}: {}",
                               before.empty() ? "at the end" : "at the beginning", names_of(once)),
                   kAdvice, std::nullopt});
}

void detect_busy_before(const DisturbanceFacts& facts, const std::string& gpu,
                        Disturbances& found) {
  if (!facts.idle) return;
  double sum = 0;
  std::size_t n = 0;
  for (const auto& reading : readings_of(facts.histories, "load." + gpu)) {
    if (reading.span.to < facts.idle->from || reading.span.to > facts.idle->to) continue;
    sum += reading.value;
    ++n;
  }
  const double mean = n > 0 ? sum / static_cast<double>(n) : 0;
  if (n < kFewestReadings || mean <= kIdleLoad) return;
  found.push_back(
      {"gpu_busy_before", fmt::format("the GPU was {:.0f} % busy before a model was loaded", mean),
       "something else uses it: close it, or wait until it is done; tegrastats or nvidia-smi "
       "shows the load",
       std::nullopt, gpu});
}

}  // namespace

void detect_other_gpu_users(const DisturbanceFacts& facts, Disturbances& found) {
  const auto gpus = facts.gpus();
  if (gpus.empty()) return;
  auto first = found.size();
  detect_shared(facts, found);
  // The lists do not say which GPU; on a machine with one there is no other.
  if (gpus.size() == 1)
    for (; first < found.size(); ++first) found[first].gpu = gpus.front();
  for (const auto& gpu : gpus) detect_busy_before(facts, gpu, found);
}

}  // namespace jetmeter
