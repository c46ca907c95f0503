#include "jetmeter/telemetry.h"
#include "telemetry/folder.h"
#include "telemetry/kernel_file.h"

namespace jetmeter {
namespace {

constexpr double kMilli = 1e-3;
constexpr double kMicro = 1e-6;

// One rail: a power as such, or a voltage and a current to be multiplied.
struct Rail {
  KernelFile first;   // a power, or mV
  KernelFile second;  // mA; not open for a power
  double unit = kMicro;

  std::optional<double> watts() const {
    const auto a = first.number();
    if (!second.is_open()) return a ? std::optional(*a * unit) : std::nullopt;
    const auto b = second.number();
    return a && b ? std::optional(*a * *b * unit) : std::nullopt;
  }
};

class HwmonPower : public Source {
 public:
  std::span<const Channel> channels() const override { return channels_; }

  void read(std::span<std::optional<double>> out) override {
    for (std::size_t i = 0; i < rails_.size(); ++i) out[i] = rails_[i].watts();
  }

  // A rail labelled NC is a measuring channel that the board left unconnected.
  void add(const std::string& label, Rail rail) {
    if (label.empty() || label == "NC" || !rail.first.is_open()) return;
    channels_.push_back({unique_name(channels_, "power." + label), Unit::watt});
    rails_.push_back(std::move(rail));
  }

 private:
  std::vector<Channel> channels_;
  std::vector<Rail> rails_;
};

// The INA3221 has three channels. Its in4 to in6 are shunt voltages, in7 and curr4 sums: none of
// them is a rail.
void add_ina3221(HwmonPower& source, const std::filesystem::path& chip) {
  for (const auto* number : {"1", "2", "3"}) {
    const std::string n = number;
    auto label = name_in(chip / ("in" + n + "_label"));
    if (label.empty()) label = name_in(chip / ("curr" + n + "_label"));
    KernelFile current(chip / ("curr" + n + "_input"));
    if (!current.is_open()) continue;
    source.add(label,
               {KernelFile(chip / ("in" + n + "_input")), std::move(current), kMilli * kMilli});
  }
}

// Chips that report a power themselves: INA238 on Thor, GPUs, power supplies.
void add_power_chip(HwmonPower& source, const std::filesystem::path& chip,
                    const std::string& chip_name) {
  for (const auto& file : entries_of(chip, "power")) {
    const auto name = file.filename().string();
    const bool reading = name.ends_with("_input") || name.ends_with("_average");
    if (!reading) continue;
    const auto stem = name.substr(0, name.rfind('_'));
    // Where a chip gives both, the average would be the same rail once more.
    if (name.ends_with("_average") && std::filesystem::exists(chip / (stem + "_input"))) continue;
    const auto label = name_in(chip / (stem + "_label"));
    source.add(label.empty() ? chip_name : label, {KernelFile(file), KernelFile(), kMicro});
  }
}

// JetPack 4: the same chip behind another driver, which multiplies.
void add_iio_rails(HwmonPower& source, const std::filesystem::path& device) {
  for (const auto* number : {"0", "1", "2"}) {
    const std::string n = number;
    source.add(name_in(device / ("rail_name_" + n)),
               {KernelFile(device / ("in_power" + n + "_input")), KernelFile(), kMilli});
  }
}

Result<std::unique_ptr<Source>> open(const Host& host) {
  auto source = std::make_unique<HwmonPower>();
  const auto folder = host.path("/sys/class/hwmon");
  for (const auto& chip : entries_of(folder, "hwmon")) {
    const auto name = name_in(chip / "name");
    if (name == "ina3221")
      add_ina3221(*source, chip);
    else
      add_power_chip(*source, chip, name);
  }
  for (const auto& bus : entries_of(host.path("/sys/bus/i2c/drivers/ina3221x"))) {
    for (const auto& device : entries_of(bus, "iio:device")) add_iio_rails(*source, device);
  }
  if (source->channels().empty())
    return fail("no power sensor (INA3221 or power*_input) in " + in_quotes(folder.string()));
  return source;
}

}  // namespace

extern const SourceKind hwmon_power_source{
    "hwmon_power", "power of every rail, from INA3221 and other monitors in /sys/class/hwmon",
    open};

}  // namespace jetmeter
