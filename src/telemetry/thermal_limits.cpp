#include "jetmeter/thermal_limits.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "jetmeter/thermal_zones.h"
#include "telemetry/folder.h"
#include "telemetry/kernel_file.h"
#include "telemetry/recorded_gpu.h"

namespace jetmeter {
namespace {

namespace fs = std::filesystem;

constexpr double kOrinLimit = 99;
// Firmware tells trip points of 20 or 255 degrees where it has none.
constexpr double kLowestLimit = 60, kHighestLimit = 130;
constexpr int kMostTrips = 32;

// "active" trip points turn fans on, "critical" ones the machine off.
std::optional<double> lowest_slowing_trip(const fs::path& zone) {
  std::optional<double> lowest;
  for (int i = 0; i < kMostTrips; ++i) {
    const auto name = "trip_point_" + std::to_string(i);
    const auto type = name_in(zone / (name + "_type"));
    if (type.empty()) break;
    const auto millidegrees = read_number(zone / (name + "_temp"));
    if ((type != "passive" && type != "hot") || !millidegrees) continue;
    const double degrees = *millidegrees / 1000;
    if (degrees < kLowestLimit || degrees > kHighestLimit) continue;
    lowest = std::min(lowest.value_or(degrees), degrees);
  }
  return lowest;
}

// The tool's name of a zone that the kernel has too.
bool is_told_twice(const std::string& zone, std::span<const std::string> zones) {
  return std::ranges::any_of(zones, [&](const std::string& other) {
    return other.size() > zone.size() && zone_unit(other) == zone_unit(zone);
  });
}

bool throttles_an_orin(std::string_view zone) {
  const auto unit = zone_unit(zone);
  return unit == "tj" || unit == "gpu" || unit == "cpu";
}

bool is_orin(const Machine& machine) {
  return machine.board && (machine.board->soc == "tegra234" ||
                           machine.board->model.find("Orin") != std::string::npos);
}

}  // namespace

std::vector<ThermalTrip> slowing_trips(const Host& host) {
  std::vector<ThermalTrip> trips;
  std::vector<Channel> zones;  // as the source names them
  for (const auto& folder : entries_of(host.path("/sys/class/thermal"), "thermal_zone")) {
    if (!KernelFile(folder / "temp").is_open()) continue;
    auto type = name_in(folder / "type");
    if (type.empty()) type = folder.filename().string();
    zones.push_back({unique_name(zones, std::move(type)), Unit::celsius});
    if (const auto trip = lowest_slowing_trip(folder)) trips.push_back({zones.back().name, *trip});
  }
  for (auto& trip : recorded_gpu_trips(host))
    if (trip.celsius >= kLowestLimit && trip.celsius <= kHighestLimit)
      trips.push_back(std::move(trip));
  return trips;
}

std::map<std::string, double> throttle_temperatures(std::span<const ThermalTrip> trips,
                                                    const Machine& machine,
                                                    std::span<const std::string> zones) {
  std::map<std::string, double> limits;
  for (const auto& zone : zones) {
    if (is_told_twice(zone, zones)) continue;
    const auto trip = std::ranges::find(trips, zone, &ThermalTrip::zone);
    if (trip != trips.end())
      limits[zone] = trip->celsius;
    else if (is_orin(machine) && throttles_an_orin(zone))
      limits[zone] = kOrinLimit;
  }
  return limits;
}

}  // namespace jetmeter
