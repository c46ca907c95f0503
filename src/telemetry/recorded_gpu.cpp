#include "telemetry/recorded_gpu.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

#include "telemetry/nvidia_smi.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

constexpr std::string_view kProcesses = "Processes";

struct Listed {
  int gpu = 0;
  ProcessId pid = 0;
  std::string name;
  std::optional<std::uint64_t> bytes;  // absent: not told
};

std::optional<ProcessId> process_id(std::string_view value) {
  const auto pid = to_count(value);
  if (!pid || *pid == 0 || *pid > std::uint64_t{std::numeric_limits<ProcessId>::max()})
    return std::nullopt;
  return static_cast<ProcessId>(*pid);
}

// "python3" of "/usr/bin/python3".
std::string program(std::string_view path) {
  return clean_name(path.substr(path.rfind('/') + 1));
}

class ProcessLists {
 public:
  void add(const SmiLine& line) {
    if (line.gpu < 0) return;
    told_.resize(static_cast<std::size_t>(line.gpu) + 1);
    if (line.key == kProcesses && line.value == "None") told_.back() = true;
    if (line.section == kProcesses) add_to_list(line);
  }

  // Of every GPU it is told who uses it, or that nobody does.
  bool complete() const {
    return !told_.empty() && std::find(told_.begin(), told_.end(), false) == told_.end();
  }
  const std::vector<Listed>& all() const { return all_; }

 private:
  void add_to_list(const SmiLine& line) {
    if (line.key == "Process ID") {
      const auto pid = process_id(line.value);
      if (pid) all_.push_back({line.gpu, *pid, "", {}});
      if (pid) told_.back() = true;
      known_ = pid.has_value();
    }
    if (!known_ || all_.back().gpu != line.gpu) return;
    if (line.key == "Name") all_.back().name = program(line.value);
    if (line.key != "Used GPU Memory") return;
    if (const auto mebibytes = smi_amount(line.value, "MiB"))
      all_.back().bytes = static_cast<std::uint64_t>(*mebibytes) << 20;
  }

  std::vector<bool> told_;  // by GPU
  std::vector<Listed> all_;
  bool known_ = false;  // the process whose lines follow: it is the last of all
};

// What it holds on two GPUs it holds twice.
void add(std::vector<GpuClient>& clients, const Listed& process) {
  const auto known = std::find_if(clients.begin(), clients.end(), [&](const GpuClient& client) {
    return client.pid == process.pid;
  });
  if (known == clients.end())
    clients.push_back({process.pid, process.name, *process.bytes});
  else
    known->bytes += *process.bytes;
}

}  // namespace

std::optional<GpuClients> recorded_gpu_clients(const Host& host) {
  const auto text = recorded_smi(host);
  ProcessLists lists;
  SmiLines lines(text);
  while (const auto line = lines.next()) lists.add(*line);
  if (!lists.complete()) return std::nullopt;
  GpuClients result{"nvidia-smi", {}};
  std::size_t untold = 0;
  for (const auto& process : lists.all()) {
    if (process.bytes)
      add(result.clients, process);
    else
      ++untold;
  }
  if (untold > 0 && result.clients.empty()) return std::nullopt;
  if (untold > 0) result.from += fmt::format(" (not the size of {} of its processes)", untold);
  return result;
}

std::vector<ThermalTrip> recorded_gpu_trips(const Host& host) {
  const auto text = recorded_smi(host);
  std::vector<ThermalTrip> trips;
  SmiLines lines(text);
  while (const auto line = lines.next()) {
    if (line->gpu < 0 || line->section != "Temperature" || line->key != "GPU Slowdown Temp")
      continue;
    if (const auto celsius = smi_amount(line->value, "C"))
      trips.push_back({fmt::format("gpu{}", line->gpu), *celsius});
  }
  return trips;
}

}  // namespace jetmeter
