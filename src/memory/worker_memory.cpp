#include "jetmeter/worker_memory.h"

#include <algorithm>

#include "jetmeter/memory.h"

namespace jetmeter {
namespace {

class WorkerMemory : public Source {
 public:
  WorkerMemory(std::unique_ptr<Source> process, Host host, ProcessId pid, bool gpu_tells)
      : process_(std::move(process)), host_(std::move(host)), pid_(pid), gpu_tells_(gpu_tells) {
    const auto own = process_->channels();
    channels_.assign(own.begin(), own.end());
    const auto pss = std::find_if(own.begin(), own.end(),
                                  [](const Channel& c) { return c.name == "process.pss"; });
    pss_ = static_cast<std::size_t>(pss - own.begin());
    if (gpu_tells_) channels_.push_back({std::string(kProcessGpuChannel), Unit::byte});
    channels_.push_back({std::string(kFootprintChannel), Unit::byte});
  }

  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    const auto own = process_->channels().size();
    process_->read(out.first(own));
    Footprint footprint;
    if (pss_ < own && out[pss_]) footprint.pss = ViewBytes(static_cast<std::uint64_t>(*out[pss_]));
    if (gpu_tells_) {
      footprint.gpu = gpu_bytes();
      out[own] =
          footprint.gpu ? std::optional(static_cast<double>(footprint.gpu->bytes())) : std::nullopt;
    }
    // Half a footprint would look like a small one.
    const bool whole = !gpu_tells_ || footprint.gpu;
    const auto total = whole ? footprint.total() : std::nullopt;
    out.back() = total ? std::optional(static_cast<double>(total->bytes())) : std::nullopt;
  }

 private:
  // A process that is not in the driver's list holds nothing there.
  std::optional<ViewBytes> gpu_bytes() const {
    const auto clients = recent_gpu_clients(host_);
    if (!clients) return std::nullopt;
    std::uint64_t bytes = 0;
    for (const auto& client : clients->clients)
      if (client.pid == pid_) bytes += client.bytes;
    return ViewBytes(bytes);
  }

  std::unique_ptr<Source> process_;
  Host host_;
  ProcessId pid_;
  bool gpu_tells_;
  std::vector<Channel> channels_;
  std::size_t pss_ = 0;
};

}  // namespace

Result<std::unique_ptr<Source>> open_worker_memory(const Host& host, ProcessId pid) {
  auto process = open_process(host, pid);
  if (!process) return process;
  const bool gpu_tells = recent_gpu_clients(host).has_value();
  return std::make_unique<WorkerMemory>(std::move(*process), host, pid, gpu_tells);
}

}  // namespace jetmeter
