#include <algorithm>
#include <array>

#include "jetmeter/group_limits.h"
#include "telemetry/group_tree.h"
#include "telemetry/kernel_file.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

// What the two versions call it. Pages of files are in the lists of the kernel from which it takes
// them back; shared memory is in others.
struct Names {
  std::string_view limit, held;
  std::array<std::string_view, 2> file_pages;  // in memory.stat
};
constexpr Names kUnified{"memory.max", "memory.current", {"inactive_file", "active_file"}};
constexpr Names kLegacy{
    "memory.limit_in_bytes", "memory.usage_in_bytes", {"total_inactive_file", "total_active_file"}};

class GroupMemorySource : public Source {
 public:
  explicit GroupMemorySource(const MemoryGroups& groups)
      : names_(groups.unified ? kUnified : kLegacy) {
    for (const auto& folder : groups.folders) {
      Group group{KernelFile(folder / names_.limit), KernelFile(folder / names_.held),
                  KernelFile(folder / "memory.stat")};
      if (sound_limit(group.limit.number())) groups_.push_back(std::move(group));
    }
  }

  bool limited() const { return !groups_.empty(); }
  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    std::fill(out.begin(), out.end(), std::nullopt);
    std::optional<double> least;
    for (const auto& group : groups_) {
      const auto limit = sound_limit(group.limit.number());
      if (!limit) continue;
      const auto held = held_by(group);
      const double left = *limit - std::min(*limit, held.value_or(0));
      if (least && left >= *least) continue;
      least = left;
      out[0] = limit;
      out[1] = held ? std::optional(left) : std::nullopt;
    }
  }

 private:
  struct Group {
    KernelFile limit, held, stat;
  };

  // Without what the kernel can take back.
  std::optional<double> held_by(const Group& group) const {
    const auto held = group.held.number();
    if (!held || *held < 0) return std::nullopt;
    return *held - std::min(*held, file_pages(group));
  }

  double file_pages(const Group& group) const {
    std::array<char, 8192> buffer;  // memory.stat has some 3000 bytes
    auto text = group.stat.read(buffer).value_or("");
    double bytes = 0;
    while (auto line = next_line(text)) {
      const auto key = next_word(*line);
      if (std::find(names_.file_pages.begin(), names_.file_pages.end(), key) ==
          names_.file_pages.end())
        continue;
      bytes += static_cast<double>(to_count(next_word(*line)).value_or(0));
    }
    return bytes;
  }

  const Names& names_;
  std::vector<Group> groups_;
  std::array<Channel, 2> channels_{Channel{std::string(kGroupLimitChannel), Unit::byte},
                                   Channel{std::string(kGroupAvailableChannel), Unit::byte}};
};

}  // namespace

Result<std::unique_ptr<Source>> open_group_memory(const Host& host) {
  const auto groups = memory_groups(host);
  if (!groups) return tl::make_unexpected(groups.error());
  auto source = std::make_unique<GroupMemorySource>(*groups);
  if (!source->limited()) return fail("no control group limits the memory");
  return source;
}

std::optional<GroupMemory> read_group_memory(const Host& host) {
  const auto source = open_group_memory(host);
  if (!source) return std::nullopt;
  std::array<std::optional<double>, 2> values;
  (*source)->read(values);
  if (!values[0]) return std::nullopt;
  GroupMemory memory{static_cast<std::uint64_t>(*values[0]), {}};
  if (values[1]) memory.available_bytes = static_cast<std::uint64_t>(*values[1]);
  return memory;
}

}  // namespace jetmeter
