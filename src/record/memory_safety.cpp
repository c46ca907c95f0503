#include "record/memory_safety.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

namespace jetmeter::record_json {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

std::vector<const SlotRecord*> by_peak(std::span<const SlotRecord> slots) {
  std::vector<const SlotRecord*> sorted;
  for (const auto& slot : slots)
    if (slot.memory.peak_bytes) sorted.push_back(&slot);
  std::ranges::stable_sort(sorted, [](const auto* a, const auto* b) {
    return a->memory.peak_bytes > b->memory.peak_bytes;
  });
  return sorted;
}

// Not one that was refused before its load: nothing enforced its limit, and nothing had to.
bool was_loaded(const SlotRecord& slot) {
  return slot.memory.peak_bytes || !slot.memory.violations.empty();
}

// Of the slots that were held against a limit.
std::string enforcement_of(std::span<const SlotRecord> slots) {
  std::string enforcement = "unavailable";
  for (const auto& slot : slots) {
    if (!slot.memory.limit_bytes) continue;
    enforcement = slot.memory.enforcement;
    if (was_loaded(slot)) break;
  }
  return enforcement;
}

}  // namespace

Json memory_safety(std::span<const SlotRecord> slots) {
  std::optional<std::uint64_t> limit;
  std::optional<bool> all_within;
  std::optional<std::int64_t> violations;
  for (const auto& slot : slots) {
    const auto& memory = slot.memory;
    if (memory.limit_bytes) limit = std::max(limit.value_or(0), *memory.limit_bytes);
    if (memory.within_limit) {
      all_within = all_within.value_or(true) && *memory.within_limit;
      violations = violations.value_or(0) + static_cast<std::int64_t>(memory.violations.size());
    }
  }
  Json out;
  out["all_within_limit"] = or_null(all_within);
  out["limit_bytes"] = or_null(limit);
  out["enforcement"] = enforcement_of(slots);
  out["total_violations"] = or_null(violations);
  out["top"] = Json::array();
  for (const auto* slot : by_peak(slots)) {
    auto& entry = out["top"].emplace_back();
    entry["slot"] = slot->name;
    entry["peak_bytes"] = or_null(slot->memory.peak_bytes);
    entry["mean_bytes"] = or_null(slot->memory.mean_bytes);
    entry["within_limit"] = or_null(slot->memory.within_limit);
  }
  return out;
}

}  // namespace jetmeter::record_json
