#include "telemetry/energy.h"

namespace jetmeter {
namespace {

constexpr double kWattsPerMicrojoulePerNanosecond = 1e3;

}  // namespace

std::optional<double> mean_watts(const EnergyReading& before, const EnergyReading& now,
                                 std::optional<std::uint64_t> largest_microjoules) {
  if (now.at <= before.at) return std::nullopt;
  auto microjoules = now.microjoules - before.microjoules;
  if (now.microjoules < before.microjoules) {
    if (!largest_microjoules || *largest_microjoules < before.microjoules) return std::nullopt;
    microjoules = *largest_microjoules - before.microjoules + now.microjoules;
  }
  return static_cast<double>(microjoules) * kWattsPerMicrojoulePerNanosecond /
         static_cast<double>((now.at - before.at).count());
}

}  // namespace jetmeter
