#include <array>

#include "jetmeter/telemetry.h"
#include "telemetry/kernel_file.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

// Some 1500 bytes on kernels of today.
using Buffer = std::array<char, 8192>;

std::optional<double> as_double(std::optional<std::uint64_t> bytes) {
  return bytes ? std::optional(static_cast<double>(*bytes)) : std::nullopt;
}

// The system's pool, and what of it can be had without swapping. Swap and cache are views; they
// are never to be added to the pool.
class Memory : public Source {
 public:
  explicit Memory(KernelFile meminfo) : meminfo_(std::move(meminfo)) {}

  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    Buffer buffer;
    const auto text = meminfo_.read(buffer).value_or(std::string_view());
    out[0] = as_double(meminfo_bytes(text, "MemTotal"));
    out[1] = as_double(meminfo_bytes(text, "MemAvailable"));
    const auto swap = meminfo_bytes(text, "SwapTotal"), unused = meminfo_bytes(text, "SwapFree");
    const bool sound = swap && unused && *unused <= *swap;
    out[2] = sound ? as_double(*swap - *unused) : std::nullopt;
    out[3] = as_double(meminfo_bytes(text, "Cached"));
  }

 private:
  KernelFile meminfo_;
  std::array<Channel, 4> channels_{{{"memory.total", Unit::byte},
                                    {"memory.available", Unit::byte},
                                    {"memory.swap_used", Unit::byte},
                                    {"memory.cached", Unit::byte}}};
};

Result<std::unique_ptr<Source>> open(const Host& host) {
  const auto path = host.path("/proc/meminfo");
  KernelFile meminfo(path);
  Buffer buffer;
  const auto text = meminfo.read(buffer);
  if (!text || !meminfo_bytes(*text, "MemTotal"))
    return fail("no MemTotal can be read from " + in_quotes(path.string()));
  return std::make_unique<Memory>(std::move(meminfo));
}

}  // namespace

extern const SourceKind memory_source{
    "memory", "system memory, swap and page cache, from /proc/meminfo", open};

}  // namespace jetmeter
