#include "telemetry/part_number.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "telemetry/folder.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

constexpr std::size_t kDigits = 4;                     // of a board's number and of its variant
constexpr std::size_t kWhole = kDigits + 1 + kDigits;  // "3767-0005"

// Thor, Orin NX and Nano, AGX Orin, Xavier NX, AGX Xavier, TX2, Nano. All else is a carrier.
constexpr std::array<std::string_view, 7> kModules{"3834", "3767", "3701", "3668",
                                                   "2888", "3310", "3448"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool are_digits(std::string_view text) {
  return text.size() == kDigits && std::all_of(text.begin(), text.end(), is_digit);
}

// What may stand before a number: nothing, the "p" of a device tree, or the "1" of a part number at
// 699 level.
bool may_precede(std::string_view before) {
  if (before.empty() ||
      !(is_digit(before.back()) || std::isalpha(static_cast<unsigned char>(before.back())) != 0))
    return true;
  return before.ends_with('p') || before.ends_with('P') || before.ends_with("699-1");
}

// The ids that JetPack 4 shows as the names of files.
std::string names_in(const std::filesystem::path& folder) {
  std::string names;
  for (const auto& entry : entries_of(folder)) names += entry.filename().string() + "\n";
  return names;
}

}  // namespace

std::optional<std::string> part_number_in(std::string_view text) {
  for (std::size_t at = 0; at + kWhole <= text.size(); ++at) {
    const auto board = text.substr(at, kDigits);
    if (std::find(kModules.begin(), kModules.end(), board) == kModules.end()) continue;
    const auto variant = text.substr(at + kDigits + 1, kDigits);
    const auto after = text.substr(at + kWhole);
    if (text[at + kDigits] != '-' || !are_digits(variant)) continue;
    if (!after.empty() && is_digit(after.front())) continue;
    if (may_precede(text.substr(0, at))) return fmt::format("p{}-{}", board, variant);
  }
  return std::nullopt;
}

std::optional<std::string> read_part_number(const Host& host) {
  constexpr std::array<std::string_view, 5> kFiles{
      "/sys/bus/i2c/devices/0-0050/eeprom", "/proc/device-tree/chosen/nvidia,sku",
      "/proc/device-tree/chosen/ids", "/proc/device-tree/compatible",
      "/sys/firmware/devicetree/base/compatible"};
  for (const auto file : kFiles)
    if (auto number = part_number_in(read_text(host.path(file)).value_or(""))) return number;
  if (auto number =
          part_number_in(names_in(host.path("/proc/device-tree/chosen/plugin-manager/ids"))))
    return number;
  return part_number_in(read_text(host.path("/proc/device-tree/nvidia,dtsfilename")).value_or(""));
}

}  // namespace jetmeter
