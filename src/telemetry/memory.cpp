#include <unistd.h>

#include <algorithm>
#include <array>

#include "jetmeter/telemetry.h"
#include "telemetry/kernel_file.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

// /proc/vmstat has some 6000 bytes on kernels of today, the others less.
using Buffer = std::array<char, 16384>;

enum Line { total, available, unused, cached, buffers, reclaimable, swap_total, swap_free, nvmap };
constexpr std::array<std::string_view, 9> kLines{"MemTotal",  "MemAvailable", "MemFree",
                                                 "Cached",    "Buffers",      "SReclaimable",
                                                 "SwapTotal", "SwapFree",     "NvMapMemUsed"};

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

// As free(1) has it: what the kernel keeps of files. Shared memory is in it too, though the kernel
// cannot take that back; what it can is in MemAvailable.
std::optional<double> file_cache(const Meminfo& bytes) {
  if (!bytes[cached]) return std::nullopt;
  return *bytes[cached] + bytes[buffers].value_or(0) + bytes[reclaimable].value_or(0);
}

std::optional<double> swap_in_use(const Meminfo& bytes) {
  const bool sound =
      bytes[swap_total] && bytes[swap_free] && *bytes[swap_free] <= *bytes[swap_total];
  return sound ? std::optional(*bytes[swap_total] - *bytes[swap_free]) : std::nullopt;
}

// The number of pages in the largest free block of a line of /proc/buddyinfo, "Node 0, zone Normal
// 13561 7604 …", which counts the free blocks of 1, 2, 4, … pages. 0 when no page is free.
std::optional<double> largest_block_pages(std::string_view line) {
  if (next_word(line) != "Node") return std::nullopt;
  next_word(line);
  if (next_word(line) != "zone" || next_word(line).empty()) return std::nullopt;
  std::optional<double> pages;
  double block = 1;
  for (auto word = next_word(line); !word.empty(); word = next_word(line), block *= 2) {
    const auto count = to_count(word);
    if (!count) return std::nullopt;
    pages = *count > 0 ? block : pages.value_or(0);
  }
  return pages;
}

// Of all zones the largest.
std::optional<double> parse_buddyinfo(std::string_view text) {
  std::optional<double> largest;
  while (const auto line = next_line(text)) {
    const auto pages = largest_block_pages(*line);
    if (pages) largest = std::max(*pages, largest.value_or(0));
  }
  return largest;
}

// From the line "pswpin 123".
std::optional<double> vmstat_count(std::string_view text, std::string_view key) {
  while (auto line = next_line(text)) {
    if (!line->starts_with(key) || next_word(*line) != key) continue;
    const auto count = to_count(next_word(*line));
    return count ? std::optional(static_cast<double>(*count)) : std::nullopt;
  }
  return std::nullopt;
}

// The channels that a machine may have, in their order.
constexpr std::array<std::string_view, 10> kNames{
    "memory.total",     "memory.available",  "memory.free",  "memory.cached",
    "memory.swap_used", "memory.swap_total", "memory.nvmap", "memory.largest_free_block",
    "swap.in",          "swap.out"};
using Readings = std::array<std::optional<double>, kNames.size()>;

std::optional<double> times(double factor, std::optional<double> value) {
  return value ? std::optional(*value * factor) : std::nullopt;
}

// The system's pool, and what of it can be had without swapping. Swap and cache are views; they
// are never to be added to the pool.
class Memory : public Source {
 public:
  explicit Memory(const Host& host)
      : meminfo_(host.path("/proc/meminfo")),
        buddyinfo_(host.path("/proc/buddyinfo")),
        vmstat_(host.path("/proc/vmstat")) {
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
    const auto text = [&](const KernelFile& file) {
      return file.read(buffer).value_or(std::string_view());
    };
    const auto info = parse_meminfo(text(meminfo_));
    const auto pages = parse_buddyinfo(text(buddyinfo_));
    const auto vmstat = text(vmstat_);
    return {info[total],
            info[available],
            info[unused],
            file_cache(info),
            swap_in_use(info),
            info[swap_total],
            info[nvmap],
            times(page_bytes_, pages),
            times(page_bytes_, vmstat_count(vmstat, "pswpin")),
            times(page_bytes_, vmstat_count(vmstat, "pswpout"))};
  }

  KernelFile meminfo_, buddyinfo_, vmstat_;
  // 4 KiB, but 16 or 64 on some arm64 kernels.
  double page_bytes_ = static_cast<double>(sysconf(_SC_PAGESIZE));
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

extern const SourceKind memory_source{
    "memory",
    "system memory, cache, swap and the largest free block, from /proc/meminfo, buddyinfo and "
    "vmstat",
    open};

}  // namespace jetmeter
