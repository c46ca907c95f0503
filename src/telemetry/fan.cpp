#include "jetmeter/telemetry.h"
#include "telemetry/folder.h"
#include "telemetry/gauges.h"
#include "telemetry/text.h"

namespace jetmeter {
namespace {

// The full scale of a pwm file, whatever the fan: Documentation/hwmon/sysfs-interface.
constexpr double kFullDuty = 255;
constexpr GaugeScale kDuty{.factor = 100 / kFullDuty, .highest = kFullDuty};

// On JetPack 5 and later the duty is pwm1 of "pwmfan" and the speed is rpm of "pwm_tach"; other
// machines have fan1_input.
void add_chip(Gauges& source, const std::filesystem::path& chip) {
  for (const auto& file : entries_of(chip)) {
    const auto name = file.filename().string();
    if (number_between(name, "pwm", "")) source.add("fan.duty", Unit::percent, file, kDuty);
    if (name == "rpm" || number_between(name, "fan", "_input"))
      source.add("fan.speed", Unit::rpm, file);
  }
}

Result<std::unique_ptr<Source>> open(const Host& host) {
  const auto folder = host.path("/sys/class/hwmon");
  auto source = std::make_unique<Gauges>();
  for (const auto& chip : entries_of(folder, "hwmon")) add_chip(*source, chip);
  if (source->channels().empty()) {
    const auto jetpack4 = host.path("/sys/devices/pwm-fan");
    source->add("fan.duty", Unit::percent, jetpack4 / "cur_pwm", kDuty);
    source->add("fan.speed", Unit::rpm, jetpack4 / "rpm_measured");
  }
  if (source->channels().empty())
    return fail("no fan (pwm1, fan1_input or rpm) in " + in_quotes(folder.string()));
  return source;
}

}  // namespace

// A fan needs a second or more to follow its duty.
extern const SourceKind fan_source{
    "fan", "duty in percent and speed in turns per minute of every fan, from /sys/class/hwmon",
    open, std::chrono::milliseconds(500)};

}  // namespace jetmeter
