#include <array>
#include <chrono>

#include "jetmeter/telemetry.h"
#include "telemetry/access.h"
#include "telemetry/kernel_file.h"
#include "telemetry/nvmap_clients.h"

namespace jetmeter {
namespace {

// Some 60 bytes a client; a desktop has tens of them.
constexpr std::size_t kBufferBytes = 1 << 17;

// What all clients of nvmap hold together, buffers that they share once.
class Nvmap : public Source {
 public:
  explicit Nvmap(KernelFile clients) : clients_(std::move(clients)), buffer_(kBufferBytes) {}

  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    const auto total = parse_nvmap_total(clients_.read(buffer_).value_or(std::string_view()));
    out[0] = total ? std::optional(static_cast<double>(*total)) : std::nullopt;
  }

 private:
  KernelFile clients_;
  std::vector<char> buffer_;
  std::array<Channel, 1> channels_{{{"memory.nvmap_clients", Unit::byte}}};
};

Result<std::unique_ptr<Source>> open(const Host& host) {
  const auto path = host.path("/sys/kernel/debug/nvmap/iovmm/clients");
  KernelFile clients(path);
  if (!clients.is_open())
    return fail(why_unreadable(path) +
                "; Jetson boards whose GPU driver uses nvmap have it, for root alone");
  return std::make_unique<Nvmap>(std::move(clients));
}

}  // namespace

extern const SourceKind nvmap_source{
    "nvmap", "memory that all clients of a Jetson's GPU hold, from nvmap's debugfs; root only",
    open, kShortestNvmapPeriod};

}  // namespace jetmeter
