#include "run/thermal_limits.h"

#include <algorithm>
#include <optional>
#include <set>

#include "jetmeter/thermal_zones.h"

namespace jetmeter {
namespace {

namespace fs = std::filesystem;

constexpr double kOrinLimit = 99;
// Firmware tells trip points of 20 or 255 degrees where it has none.
constexpr double kLowestLimit = 60, kHighestLimit = 130;
constexpr int kMostTrips = 32;

std::string first_line(const fs::path& path) {
  auto text = read_text(path).value_or("");
  text.erase(std::min(text.find('\n'), text.size()));
  return text;
}

// "active" trip points turn fans on, "critical" ones the machine off.
std::optional<double> lowest_slowing_trip(const fs::path& zone) {
  std::optional<double> lowest;
  for (int i = 0; i < kMostTrips; ++i) {
    const auto name = "trip_point_" + std::to_string(i);
    const auto type = first_line(zone / (name + "_type"));
    if (type.empty()) break;
    const auto millidegrees = read_number(zone / (name + "_temp"));
    if ((type != "passive" && type != "hot") || !millidegrees) continue;
    const double degrees = *millidegrees / 1000;
    if (degrees < kLowestLimit || degrees > kHighestLimit) continue;
    lowest = std::min(lowest.value_or(degrees), degrees);
  }
  return lowest;
}

// Of the kernel's zones, by their type. Two zones of one type cannot be told apart by it.
std::map<std::string, double> slowing_trips(const Host& host) {
  std::map<std::string, double> trips;
  std::set<std::string> seen, twice;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(host.path("/sys/class/thermal"), error)) {
    if (!entry.path().filename().string().starts_with("thermal_zone")) continue;
    const auto type = first_line(entry.path() / "type");
    if (!seen.insert(type).second) twice.insert(type);
    if (const auto trip = lowest_slowing_trip(entry.path())) trips[type] = *trip;
  }
  for (const auto& type : twice) trips.erase(type);
  return trips;
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

}  // namespace

std::map<std::string, double> throttle_temperatures(const Host& host, const Machine& machine,
                                                    std::span<const std::string> zones) {
  const bool orin = machine.board && machine.board->model.find("Orin") != std::string::npos;
  const auto trips = slowing_trips(host);
  std::map<std::string, double> limits;
  for (const auto& zone : zones) {
    if (is_told_twice(zone, zones)) continue;
    if (const auto trip = trips.find(zone); trip != trips.end())
      limits[zone] = trip->second;
    else if (orin && throttles_an_orin(zone))
      limits[zone] = kOrinLimit;
  }
  return limits;
}

}  // namespace jetmeter
