#include "telemetry/module.h"

#include <algorithm>
#include <vector>

namespace jetmeter {
namespace {

using Devices = std::vector<const Device*>;

// MemTotal is what firmware and kernel leave: 83 % of 8 GiB on some Xavier NX, 97 % of 4 on a Nano.
constexpr double kLeastUsable = 0.8;

bool memory_fits(const Device& device, std::optional<std::uint64_t> bytes) {
  if (!bytes || !device.memory_gib) return true;
  const auto installed = static_cast<double>(*device.memory_gib) * (1ULL << 30U);
  const auto usable = static_cast<double>(*bytes);
  return usable <= installed && usable >= kLeastUsable * installed;
}

bool has_number(const Device& device, std::string_view number) {
  return std::find(device.part_numbers.begin(), device.part_numbers.end(), number) !=
         device.part_numbers.end();
}

// A module and the same one with faster tables are two rows. Where only one exists, it is that one.
const Device* pick(const Devices& rows, bool super) {
  if (rows.size() == 1) return rows.front();
  const Device* picked = nullptr;
  for (const auto* row : rows) {
    if (row->super != super) continue;
    if (picked != nullptr) return nullptr;
    picked = row;
  }
  return picked;
}

template <typename Fits>
Devices rows_that(Fits fits) {
  Devices rows;
  for (const auto& device : device_table())
    if (fits(device)) rows.push_back(&device);
  return rows;
}

}  // namespace

const Device* find_module(const ModuleClues& clues) {
  if (!clues.part_number.empty()) {
    const auto rows = rows_that([&](const Device& device) {
      return has_number(device, clues.part_number) && memory_fits(device, clues.memory_bytes);
    });
    return pick(rows, clues.super);
  }
  if (clues.soc.empty() || !clues.memory_bytes) return nullptr;
  const auto fits = [&](const Device& device) {
    return device.soc == clues.soc && device.memory_gib && memory_fits(device, clues.memory_bytes);
  };
  if (const auto* only = pick(rows_that(fits), clues.super)) return only;
  return pick(rows_that([&](const Device& device) {
                return fits(device) && clues.model.find(device.family) != clues.model.npos;
              }),
              clues.super);
}

}  // namespace jetmeter
