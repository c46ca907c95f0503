#include <algorithm>
#include <array>

#include "jetmeter/telemetry.h"
#include "telemetry/kernel_file.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

using Buffer = std::array<char, 16384>;  // /proc/meminfo has some 1500 bytes on kernels of today

enum Line {
  total,
  available,
  unused,
  cached,
  buffers,
  reclaimable,
  shared,
  swap_total,
  swap_free,
  nvmap
};
constexpr std::array<std::string_view, 10> kLines{
    "MemTotal",     "MemAvailable", "MemFree",   "Cached",   "Buffers",
    "SReclaimable", "Shmem",        "SwapTotal", "SwapFree", "NvMapMemUsed"};

using Meminfo = std::array<std::optional<double>, kLines.size()>;  // bytes

Meminfo parse_meminfo(std::string_view text) {
  Meminfo bytes;
  while (const auto line = next_line(text)) {
    for (std::size_t i = 0; i < kLines.size(); ++i) {
      if (bytes[i] || !line->starts_with(kLines[i])) continue;
      if (const auto value = meminfo_bytes(*line, kLines[i]))
        bytes[i] = static_cast<double>(*value);
    }
  }
  return bytes;
}

// As free(1) has it, what the kernel keeps of files, but without shared memory: that is in "Cached"
// too, though the kernel cannot take it back. Where it does not tell it apart it is in here.
std::optional<double> file_cache(const Meminfo& bytes) {
  if (!bytes[cached]) return std::nullopt;
  const auto all = *bytes[cached] + bytes[buffers].value_or(0) + bytes[reclaimable].value_or(0);
  return std::max(all - bytes[shared].value_or(0), 0.0);
}

std::optional<double> swap_in_use(const Meminfo& bytes) {
  const bool sound =
      bytes[swap_total] && bytes[swap_free] && *bytes[swap_free] <= *bytes[swap_total];
  return sound ? std::optional(*bytes[swap_total] - *bytes[swap_free]) : std::nullopt;
}

// The channels that a machine may have, in their order.
constexpr std::array<std::string_view, 8> kNames{
    "memory.total",  "memory.available", "memory.free",       "memory.cached",
    "memory.shared", "memory.swap_used", "memory.swap_total", "memory.nvmap"};
using Readings = std::array<std::optional<double>, kNames.size()>;

// The system's pool, and what of it can be had without swapping. Swap and cache are views; they
// are never to be added to the pool.
class Memory : public Source {
 public:
  explicit Memory(const Host& host) : meminfo_(host.path("/proc/meminfo")) {
    const auto now = read_all();
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      if (!now[i]) continue;
      channels_.push_back({std::string(kNames[i]), Unit::byte});
      present_.push_back(i);
    }
  }

  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    const auto now = read_all();
    for (std::size_t i = 0; i < present_.size(); ++i) out[i] = now[present_[i]];
  }

 private:
  Readings read_all() const {
    Buffer buffer;
    const auto info = parse_meminfo(meminfo_.read_whole(buffer).value_or(std::string_view()));
    return {info[total],  info[available],   info[unused],     file_cache(info),
            info[shared], swap_in_use(info), info[swap_total], info[nvmap]};
  }

  KernelFile meminfo_;
  std::vector<Channel> channels_;
  std::vector<std::size_t> present_;  // of every channel, its place in kNames
};

Result<std::unique_ptr<Source>> open(const Host& host) {
  auto memory = std::make_unique<Memory>(host);
  const auto channels = memory->channels();
  if (channels.empty() || channels.front().name != kNames.front())
    return fail("no MemTotal can be read from " + in_quotes(host.path("/proc/meminfo").string()));
  return memory;
}

}  // namespace

extern const SourceKind memory_source{"memory", "system memory, cache and swap, from /proc/meminfo",
                                      open};

}  // namespace jetmeter
