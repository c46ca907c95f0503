#include <algorithm>
#include <nlohmann/json.hpp>

#include "jetmeter/doctor.h"

namespace jetmeter {
namespace {

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json caps_json(const ClockCaps& caps) {
  return {{"cpu_hertz", or_null(caps.cpu_hz)},
          {"gpu_hertz", or_null(caps.gpu_hz)},
          {"emc_hertz", or_null(caps.emc_hz)}};
}

Json board_json(const Board& board) {
  return {{"model", board.model},
          {"module", or_null(board.module)},
          {"part_number", or_null(board.part_number)},
          {"soc", or_null(board.soc)},
          {"jetpack", or_null(board.jetpack)},
          {"l4t", or_null(board.l4t)}};
}

Json machine_json(const Machine& machine) {
  auto gpus = Json::array();
  for (const auto& gpu : machine.gpus)
    gpus.push_back({{"name", gpu.name}, {"memory_bytes", or_null(gpu.memory_bytes)}});
  return {{"board", machine.board ? board_json(*machine.board) : Json()},
          {"memory_architecture", std::string(name(machine.memory_architecture))},
          {"cpu", machine.cpu},
          {"cores", machine.cores > 0 ? Json(machine.cores) : Json()},
          {"memory_total_bytes", or_null(machine.memory_total_bytes)},
          {"gpus", gpus},
          {"kernel", text_or_null(machine.kernel)},
          {"power_mode", or_null(machine.power_mode)},
          {"power_mode_id", or_null(machine.power_mode_id)},
          {"fan_profile", or_null(machine.fan_profile)},
          {"governor", or_null(machine.governor)},
          {"active_sms", or_null(machine.active_sms)},
          {"clock_caps", caps_json(machine.clocks.caps)},
          {"clocks_locked", or_null(machine.clocks.locked)}};
}

Json backends_json(const DoctorFacts& facts) {
  auto all = Json::array();
  for (const auto& backend : facts.backends)
    all.push_back({{"name", backend.name},
                   {"available", backend.reason.empty()},
                   {"reason", text_or_null(backend.reason)},
                   {"version", text_or_null(backend.version)},
                   {"devices", backend.devices},
                   {"precisions", backend.precisions}});
  return all;
}

Json channels_json(const SensorFacts& sensor) {
  auto all = Json::array();
  for (const auto& channel : sensor.channels)
    all.push_back({{"name", channel.channel.name},
                   {"unit", std::string(key_suffix(channel.channel.unit))},
                   {"value", or_null(channel.latest())}});
  return all;
}

Json sensors_json(const DoctorFacts& facts) {
  auto all = Json::array();
  for (const auto& sensor : facts.sensors)
    all.push_back({{"name", sensor.name},
                   {"available", sensor.reason.empty()},
                   {"reason", text_or_null(sensor.reason)},
                   {"channels", channels_json(sensor)}});
  return all;
}

Json findings_json(const std::vector<Finding>& findings) {
  auto all = Json::array();
  for (const auto& finding : findings)
    all.push_back({{"code", finding.code},
                   {"severity", std::string(name(finding.severity))},
                   {"what", finding.what},
                   {"why", text_or_null(finding.why)},
                   {"command", text_or_null(finding.command)}});
  return all;
}

Json advice_json(const std::vector<Advice>& advice) {
  auto all = Json::array();
  for (const auto& one : advice)
    all.push_back({{"setting", one.setting},
                   {"value", one.value},
                   {"reason", one.reason},
                   {"option", text_or_null(one.option)}});
  return all;
}

}  // namespace

std::string doctor_json(const DoctorFacts& facts) {
  const auto findings = diagnose(facts);
  const auto warnings = std::count_if(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.severity == Severity::warning;
  });
  const Json document{{"doctor", 1},  // version of this document's layout
                      {"recorded", facts.recorded},
                      {"machine", machine_json(facts.machine)},
                      {"backends", backends_json(facts)},
                      {"sensors", sensors_json(facts)},
                      {"warnings", warnings},
                      {"findings", findings_json(findings)},
                      {"recommendations", advice_json(recommend(facts))}};
  // What a damaged board calls itself need not be UTF-8.
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace jetmeter
