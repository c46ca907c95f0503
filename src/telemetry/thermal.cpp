#include "jetmeter/telemetry.h"
#include "telemetry/folder.h"
#include "telemetry/gauges.h"

namespace jetmeter {
namespace {

// A sensor whose unit has no power cannot be read (EAGAIN), or, on JetPack 5, says -256 degrees.
// Real readings go below zero too: -45 degrees were seen on a TX2.
constexpr double kSwitchedOffMillidegrees = -200'000;
constexpr GaugeScale kMillidegrees{.factor = 1e-3, .lowest = kSwitchedOffMillidegrees + 1};

Result<std::unique_ptr<Source>> open(const Host& host) {
  const auto folder = host.path("/sys/class/thermal");
  auto source = std::make_unique<Gauges>();
  for (const auto& zone : entries_of(folder, "thermal_zone")) {
    auto type = name_in(zone / "type");
    if (type.empty()) type = zone.filename().string();
    source->add("temperature." + type, Unit::celsius, zone / "temp", kMillidegrees);
  }
  if (source->channels().empty()) return fail("no thermal zone in " + in_quotes(folder.string()));
  return source;
}

}  // namespace

// A zone of an Orin takes 80 us to read, and a module needs seconds to warm by a degree.
extern const SourceKind thermal_source{"thermal",
                                       "temperature of every thermal zone, from /sys/class/thermal",
                                       open, std::chrono::milliseconds(100)};

}  // namespace jetmeter
