#include <unistd.h>

#include <algorithm>
#include <array>

#include "jetmeter/telemetry.h"
#include "telemetry/kernel_file.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

// /proc/vmstat has some 6000 bytes on kernels of today.
using Buffer = std::array<char, 16384>;

// The free blocks of the largest size of which there is one; none where no page is free.
struct LargestBlocks {
  double pages = 0;  // in each
  double count = 0;
};

// Of a line of /proc/buddyinfo, "Node 0, zone Normal 13561 7604 …", which counts the free blocks of
// 1, 2, 4, … pages.
std::optional<LargestBlocks> largest_of_zone(std::string_view line) {
  if (next_word(line) != "Node") return std::nullopt;
  next_word(line);
  if (next_word(line) != "zone" || next_word(line).empty()) return std::nullopt;
  std::optional<LargestBlocks> largest;
  double block = 1;
  for (auto word = next_word(line); !word.empty(); word = next_word(line), block *= 2) {
    const auto count = to_count(word);
    if (!count) return std::nullopt;
    if (!largest) largest = LargestBlocks();
    if (*count > 0) largest = LargestBlocks{block, static_cast<double>(*count)};
  }
  return largest;
}

// Of all zones together.
std::optional<LargestBlocks> parse_buddyinfo(std::string_view text) {
  std::optional<LargestBlocks> largest;
  while (const auto line = next_line(text)) {
    const auto zone = largest_of_zone(*line);
    if (!zone) continue;
    if (!largest || zone->pages > largest->pages)
      largest = zone;
    else if (zone->pages == largest->pages)
      largest->count += zone->count;
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

struct PagingChannel {
  std::string_view name;
  Unit unit;
};
// The channels that a machine may have, in their order.
constexpr std::array kChannels{PagingChannel{"memory.largest_free_block", Unit::byte},
                               PagingChannel{"memory.largest_free_blocks", Unit::count},
                               PagingChannel{"swap.in", Unit::byte},
                               PagingChannel{"swap.out", Unit::byte}};
using Readings = std::array<std::optional<double>, kChannels.size()>;

std::optional<double> times(double factor, std::optional<double> value) {
  return value ? std::optional(*value * factor) : std::nullopt;
}

class Paging : public Source {
 public:
  explicit Paging(const Host& host)
      : buddyinfo_(host.path("/proc/buddyinfo")), vmstat_(host.path("/proc/vmstat")) {
    const auto now = read_all();
    for (std::size_t i = 0; i < kChannels.size(); ++i) {
      if (!now[i]) continue;
      channels_.push_back({std::string(kChannels[i].name), kChannels[i].unit});
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
    const auto blocks = parse_buddyinfo(text(buddyinfo_));
    const auto vmstat = text(vmstat_);
    Readings now{std::nullopt, std::nullopt, times(page_bytes_, vmstat_count(vmstat, "pswpin")),
                 times(page_bytes_, vmstat_count(vmstat, "pswpout"))};
    if (blocks) {
      now[0] = page_bytes_ * blocks->pages;
      now[1] = blocks->count;
    }
    return now;
  }

  KernelFile buddyinfo_, vmstat_;
  // 4 KiB, but 16 or 64 on some arm64 kernels.
  double page_bytes_ = static_cast<double>(sysconf(_SC_PAGESIZE));
  std::vector<Channel> channels_;
  std::vector<std::size_t> present_;  // of every channel, its place in kChannels
};

Result<std::unique_ptr<Source>> open(const Host& host) {
  auto paging = std::make_unique<Paging>(host);
  if (paging->channels().empty())
    return fail("no free blocks and no swap traffic can be read from " +
                in_quotes(host.path("/proc/buddyinfo").string()) + " and " +
                in_quotes(host.path("/proc/vmstat").string()));
  return paging;
}

}  // namespace

// For both files the kernel sums over every zone or core. To read them ten times a second took
// more than half of all that the sampler took of a machine without further sensors.
extern const SourceKind paging_source{
    "paging", "the largest free blocks and swap traffic, from /proc/buddyinfo and vmstat", open,
    std::chrono::seconds(1)};

}  // namespace jetmeter
