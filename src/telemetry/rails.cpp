#include "telemetry/rails.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "telemetry/folder.h"

namespace jetmeter {
namespace {

namespace fs = std::filesystem;

constexpr double kMilli = 1e-3;
constexpr double kMicro = 1e-6;

struct Chip {
  fs::path folder;
  std::string name;  // "ina3221"
};

// Both paths of /sys lead to one folder, and hwmon numbers are given once. The number decides in
// recorded trees, where a copy may stand in the place of a link.
bool same_chip(const Chip& a, const Chip& b) {
  std::error_code error;
  if (fs::equivalent(a.folder, b.folder, error) && !error) return true;
  return a.folder.filename() == b.folder.filename() && a.name == b.name;
}

void add_chips(std::vector<Chip>& chips, const fs::path& folder) {
  for (const auto& entry : entries_of(folder, "hwmon")) {
    Chip chip{entry, name_in(entry / "name")};
    const bool known = std::any_of(chips.begin(), chips.end(),
                                   [&](const Chip& other) { return same_chip(chip, other); });
    if (!known) chips.push_back(std::move(chip));
  }
}

std::vector<Chip> find_chips(const Host& host) {
  std::vector<Chip> chips;
  add_chips(chips, host.path("/sys/class/hwmon"));
  for (const auto* driver : {"ina3221", "ina238"}) {
    for (const auto& device : entries_of(host.path("/sys/bus/i2c/drivers") / driver))
      add_chips(chips, device / "hwmon");
  }
  return chips;
}

class RailList {
 public:
  // A rail labelled NC is a measuring channel that the board left unconnected.
  void add(const std::string& label, Rail rail) {
    if (label.empty() || label == "NC" || !rail.first.is_open()) return;
    // power.board is ours.
    rail.name = unique(label == "board" ? "board-rail" : label);
    rails_.push_back(std::move(rail));
  }
  bool has(std::string_view name) const {
    return std::any_of(rails_.begin(), rails_.end(),
                       [&](const Rail& rail) { return rail.name == name; });
  }
  std::vector<Rail> take() { return std::move(rails_); }

 private:
  std::string unique(const std::string& name) const {
    if (!has(name)) return name;
    int number = 2;
    while (has(name + "-" + std::to_string(number))) ++number;
    return name + "-" + std::to_string(number);
  }

  std::vector<Rail> rails_;
};

// The INA3221 has three channels. Its in4 to in6 are shunt voltages, in7 and curr4 sums: none of
// them is a rail.
void add_ina3221(RailList& rails, const fs::path& chip) {
  for (const auto* number : {"1", "2", "3"}) {
    const std::string n = number;
    auto label = name_in(chip / ("in" + n + "_label"));
    if (label.empty()) label = name_in(chip / ("curr" + n + "_label"));
    KernelFile current(chip / ("curr" + n + "_input"));
    if (!current.is_open()) continue;
    rails.add(label,
              {{}, KernelFile(chip / ("in" + n + "_input")), std::move(current), kMilli * kMilli});
  }
}

// The mainline driver gives an INA238 no label. On AGX Thor, which its other rails tell, it
// measures the board's input.
std::string unlabelled(const RailList& rails, const std::string& chip_name) {
  return chip_name == "ina238" && rails.has("VDD_CPU_SOC_MSS") ? "VIN" : chip_name;
}

// Chips that report a power themselves: INA238 on Thor, GPUs, power supplies.
void add_power_chip(RailList& rails, const Chip& chip) {
  // What a USB-C port has negotiated, not what flows: ucsi_source_psy_1_00081 of AGX Orin.
  if (chip.name.starts_with("ucsi")) return;
  for (const auto& file : entries_of(chip.folder, "power")) {
    const auto name = file.filename().string();
    const bool reading = name.ends_with("_input") || name.ends_with("_average");
    if (!reading) continue;
    const auto stem = name.substr(0, name.rfind('_'));
    // Where a chip gives both, the average would be the same rail once more.
    if (name.ends_with("_average") && fs::exists(chip.folder / (stem + "_input"))) continue;
    const auto label = name_in(chip.folder / (stem + "_label"));
    rails.add(label.empty() ? unlabelled(rails, chip.name) : label,
              {{}, KernelFile(file), KernelFile(), kMicro});
  }
}

// JetPack 4: the INA3221 behind another driver, which multiplies.
void add_iio_rails(RailList& rails, const fs::path& device) {
  for (const auto* number : {"0", "1", "2"}) {
    const std::string n = number;
    rails.add(name_in(device / ("rail_name_" + n)),
              {{}, KernelFile(device / ("in_power" + n + "_input")), KernelFile(), kMilli});
  }
}

}  // namespace

std::optional<double> Rail::watts() const {
  const auto a = first.number();
  if (!second.is_open()) return a ? std::optional(*a * unit) : std::nullopt;
  const auto b = second.number();
  return a && b ? std::optional(*a * *b * unit) : std::nullopt;
}

std::vector<Rail> find_rails(const Host& host) {
  RailList rails;
  const auto chips = find_chips(host);
  for (const auto& chip : chips) {
    if (chip.name == "ina3221") add_ina3221(rails, chip.folder);
  }
  for (const auto& chip : chips) {
    if (chip.name != "ina3221") add_power_chip(rails, chip);
  }
  for (const auto& bus : entries_of(host.path("/sys/bus/i2c/drivers/ina3221x"))) {
    for (const auto& device : entries_of(bus, "iio:device")) add_iio_rails(rails, device);
  }
  return rails.take();
}

}  // namespace jetmeter
