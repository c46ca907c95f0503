#include <filesystem>
#include <mutex>

#include "jetmeter/processes.h"
#include "telemetry/access.h"
#include "telemetry/board.h"
#include "telemetry/nvidia_smi.h"
#include "telemetry/nvmap_clients.h"
#include "telemetry/nvml_clients.h"
#include "telemetry/recorded_gpu.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

Result<NvmapClients> read_nvmap(const Host& host) {
  const auto path = host.path("/sys/kernel/debug/nvmap/iovmm/clients");
  const auto text = read_text(path);
  if (!text) return fail(why_unreadable(path));
  auto list = parse_nvmap_clients(*text);
  if (!list) return fail(in_quotes(path.string()) + " is no list of nvmap's clients");
  return std::move(*list);
}

bool holds_anything(const NvmapClients& list) {
  if (list.total_bytes.value_or(0) > 0) return true;
  for (const auto& client : list.clients) {
    if (client.bytes > 0) return true;
  }
  return false;
}

// On Thor nvmap lists everybody with 0K: its GPU driver takes memory elsewhere. That driver is
// also the one without this line (github.com/rbonghi/jetson_stats/pull/849).
bool gpu_uses_nvmap(const Host& host) {
  const auto meminfo = read_text(host.path("/proc/meminfo")).value_or("");
  return meminfo_bytes(meminfo, "NvMapMemUsed").has_value();
}

// The last list, and of which machine it is.
struct LastRead {
  std::mutex mutex;
  std::filesystem::path root;
  std::optional<Nanoseconds> at;
  Result<GpuClients> list = fail("it was not read");
};

GpuClients of_nvmap(NvmapClients list) {
  return {"nvmap", std::move(list.clients), list.total_bytes};
}

}  // namespace

Result<GpuClients> read_gpu_clients(const Host& host) {
  auto nvmap = read_nvmap(host);
  if (nvmap && holds_anything(*nvmap)) return of_nvmap(std::move(*nvmap));
  auto nvml = nvml_gpu_clients(host);
  if (nvml) return nvml;
  if (nvmap && gpu_uses_nvmap(host)) return of_nvmap(std::move(*nvmap));
  if (auto recorded = recorded_gpu_clients(host)) return std::move(*recorded);
  std::string why = nvmap ? "nvmap holds nothing, and this GPU's driver may not use it; " : "";
  if (!nvmap && read_board(host).tegra) why = nvmap.error().what + "; ";
  why += recorded_gpus(host).empty() ? nvml.error().what
                                     : "the recorded nvidia-smi does not list the processes";
  return fail("GPU memory of processes is unknown: " + why);
}

Result<GpuClients> recent_gpu_clients(const Host& host, const Clock& clock) {
  static LastRead last;
  const std::lock_guard lock(last.mutex);
  const auto now = clock.monotonic();
  const bool recent =
      last.at && last.root == host.root && now >= *last.at && now - *last.at < kShortestNvmapPeriod;
  if (!recent) {
    last.list = read_gpu_clients(host);
    last.root = host.root;
    last.at = now;
  }
  return last.list;
}

}  // namespace jetmeter
