#include "monitor/process_table.h"

#include <algorithm>

#include "monitor/cells.h"

namespace jetmeter {
namespace {

constexpr std::size_t kMost = 12;
constexpr Nanoseconds kBetweenReads = std::chrono::seconds(2);

// The larger of the two: they may overlap, so their sum says nothing.
std::uint64_t weight(const MonitorProcess& process) {
  return std::max(process.pss_bytes.value_or(process.rss_bytes.value_or(0)),
                  process.gpu_bytes.value_or(0));
}

MonitorProcess& named(std::vector<MonitorProcess>& all, const GpuClient& client) {
  const auto known = std::ranges::find(all, client.pid, &MonitorProcess::pid);
  if (known != all.end()) return *known;
  all.push_back({client.pid, printable(client.name), {}, {}, {}});
  return all.back();
}

}  // namespace

void ProcessTable::read() {
  processes_.clear();
  note_.clear();
  for (auto& process : largest_processes(host_, kMost))
    processes_.push_back({process.pid, printable(process.name), {}, process.rss_bytes, {}});
  const auto clients = read_gpu_clients(host_);
  if (clients) {
    for (const auto& client : clients->clients) {
      auto& gpu = named(processes_, client).gpu_bytes;
      gpu = gpu.value_or(0) + client.bytes;
    }
  } else if (has_gpu_) {
    note_ = clients.error().what;
  }
  for (auto& process : processes_) {
    const auto memory = read_process(host_, process.pid);
    if (!memory) continue;
    process.pss_bytes = memory->pss_bytes;
    process.rss_bytes = memory->rss_bytes;
    if (!memory->pss_bytes && memory->why_no_pss.starts_with("needs root") && note_.empty())
      note_ = "PSS of other users' processes needs root";
  }
  std::ranges::stable_sort(processes_, std::greater(), weight);
}

void ProcessTable::show(MonitorView& view) {
  if (!read_at_ || view.at < *read_at_ || view.at - *read_at_ >= kBetweenReads) {
    read();
    read_at_ = view.at;
  }
  view.processes = processes_;
  view.process_note = note_;
}

}  // namespace jetmeter
