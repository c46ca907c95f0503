#include <fmt/format.h>

#include <algorithm>

#include "doctor/checks.h"

namespace jetmeter {

std::optional<double> ChannelFacts::growth() const {
  return first && second ? std::optional(*second - *first) : std::nullopt;
}

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::ok: return "ok";
    case Severity::note: return "note";
    case Severity::warning: return "warning";
    case Severity::unknown: return "unknown";
  }
  return "";
}

bool is_jetson(const DoctorFacts& facts) {
  return facts.machine.memory_architecture == MemoryArchitecture::unified;
}

bool has_gpu(const DoctorFacts& facts) {
  return is_jetson(facts) || !facts.machine.gpus.empty();
}

const ChannelFacts* find_channel(const DoctorFacts& facts, std::string_view name) {
  for (const auto& sensor : facts.sensors) {
    for (const auto& channel : sensor.channels)
      if (channel.channel.name == name) return &channel;
  }
  return nullptr;
}

std::optional<double> latest(const DoctorFacts& facts, std::string_view channel) {
  const auto* found = find_channel(facts, channel);
  return found == nullptr ? std::nullopt : found->latest();
}

std::string why_no_channel(const DoctorFacts& facts, std::string_view sensor,
                           std::string_view channel) {
  for (const auto& one : facts.sensors) {
    if (one.name != sensor) continue;
    if (!one.reason.empty()) return one.reason;
    return fmt::format("the sensor {} does not tell {} now", sensor, channel);
  }
  return fmt::format("there is no sensor {}", sensor);
}

Finding fine(std::string_view code, std::string what) {
  return {Severity::ok, std::string(code), std::move(what), "", ""};
}

Finding not_known(std::string_view code, std::string what, std::string why, std::string command) {
  return {Severity::unknown, std::string(code), std::move(what), std::move(why),
          std::move(command)};
}

std::vector<GpuLoad> gpu_loads(const DoctorFacts& facts) {
  const auto count = facts.machine.gpus.size();
  const auto of = [&](std::size_t i) { return latest(facts, fmt::format("load.gpu{}", i)); };
  if (count > 1 && !is_jetson(facts)) {
    std::vector<GpuLoad> loads;
    for (std::size_t i = 0; i < count; ++i) loads.push_back({fmt::format("GPU {}", i), of(i)});
    return loads;
  }
  const auto load = latest(facts, "load.gpu");
  return {{"the GPU", load ? load : of(0)}};
}

std::string show_gpu_users(const DoctorFacts& facts) {
  std::vector<std::string> pids;
  if (facts.gpu_users)
    for (const auto& [client, gone] : facts.gpu_users->users)
      if (!gone && client.pid > 0) pids.push_back(std::to_string(client.pid));
  return pids.empty() ? "" : fmt::format("ps -fp {}", fmt::join(pids, ","));
}

std::string megahertz(double hz) {
  return fmt::format("{:.0f} MHz", hz / 1e6);
}

std::string list_of(std::span<const std::string> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

std::vector<Finding> diagnose(const DoctorFacts& facts) {
  std::vector<Finding> findings;
  for (const auto checks : {clock_checks(), memory_checks(), load_checks()}) {
    for (const auto check : checks)
      if (auto finding = check(facts)) findings.push_back(std::move(*finding));
  }
  return findings;
}

}  // namespace jetmeter
