#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "jetmeter/predict.h"

namespace jetmeter {
namespace {

constexpr const char* kSchema = "jetmeter.calibration/1";

using Json = nlohmann::ordered_json;

Json json_of(const CalibrationPoint& point) {
  return {{"probe", point.probe},   {"quantized", point.quantized},
          {"ragged", point.ragged}, {"m", point.m},
          {"n", point.n},           {"k", point.k},
          {"work", point.work},     {"seconds", point.seconds},
          {"spread", point.spread}};
}

CalibrationPoint point_of(const Json& json) {
  CalibrationPoint point;
  json.at("probe").get_to(point.probe);
  json.at("quantized").get_to(point.quantized);
  json.at("ragged").get_to(point.ragged);
  json.at("m").get_to(point.m);
  json.at("n").get_to(point.n);
  json.at("k").get_to(point.k);
  json.at("work").get_to(point.work);
  json.at("seconds").get_to(point.seconds);
  json.at("spread").get_to(point.spread);
  return point;
}

bool plausible(double value, double most) {
  return std::isfinite(value) && value >= 0 && value <= most;
}

// No kernel of a micro model takes a minute.
bool plausible(const Calibration& calibration) {
  constexpr double kMinute = 60;
  bool good = plausible(calibration.overhead_seconds, kMinute) &&
              plausible(calibration.run_seconds, kMinute) && plausible(calibration.doubt, 10) &&
              !calibration.points.empty();
  for (const auto& point : calibration.points)
    good = good && plausible(point.seconds, kMinute) && point.seconds > 0 &&
           plausible(point.work, 1e15) && plausible(point.m, 1e12) && plausible(point.n, 1e9) &&
           plausible(point.k, 1e9);
  return good;
}

std::string file_word(std::string_view text) {
  std::string word;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    word += plain ? c : '-';
  }
  return word;
}

bool same(const CalibrationKey& a, const CalibrationKey& b) {
  return a.machine == b.machine && a.backend == b.backend &&
         a.backend_version == b.backend_version && a.device == b.device && a.threads == b.threads;
}

}  // namespace

std::string to_json(const Calibration& calibration) {
  auto points = Json::array();
  for (const auto& point : calibration.points) points.push_back(json_of(point));
  const Json json{{"schema", kSchema},
                  {"machine", calibration.machine},
                  {"backend", calibration.backend},
                  {"backend_version", calibration.backend_version},
                  {"device", calibration.device},
                  {"threads", calibration.threads},
                  {"overhead_seconds", calibration.overhead_seconds},
                  {"run_seconds", calibration.run_seconds},
                  {"doubt", calibration.doubt},
                  {"points", points}};
  return json.dump(1) + "\n";
}

Result<Calibration> calibration_from_json(std::string_view text) try {
  const auto json = Json::parse(text);
  if (json.at("schema") != kSchema)
    return fail("the calibration is of another version of jetmeter; measure it again");
  Calibration calibration;
  json.at("machine").get_to(calibration.machine);
  json.at("backend").get_to(calibration.backend);
  json.at("backend_version").get_to(calibration.backend_version);
  json.at("device").get_to(calibration.device);
  json.at("threads").get_to(calibration.threads);
  json.at("overhead_seconds").get_to(calibration.overhead_seconds);
  json.at("run_seconds").get_to(calibration.run_seconds);
  json.at("doubt").get_to(calibration.doubt);
  for (const auto& point : json.at("points")) calibration.points.push_back(point_of(point));
  if (!plausible(calibration))
    return fail("the calibration has times that cannot be; measure it again");
  return calibration;
} catch (const nlohmann::json::exception&) {
  return fail("the calibration is damaged; measure it again");
}

std::filesystem::path calibration_file(const std::filesystem::path& folder,
                                       const CalibrationKey& key) {
  return folder / fmt::format("calibration-{}-{}-{}.json", file_word(key.backend),
                              file_word(key.device), key.threads);
}

std::optional<Calibration> cached_calibration(const std::filesystem::path& folder,
                                              const CalibrationKey& key) {
  const auto text = read_text(calibration_file(folder, key));
  if (!text) return std::nullopt;
  auto calibration = calibration_from_json(*text);
  if (!calibration || !same(key_of(*calibration), key)) return std::nullopt;
  return *std::move(calibration);
}

}  // namespace jetmeter
