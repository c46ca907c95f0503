#include "run/telemetry_log.h"

#include <fmt/chrono.h>

#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "jetmeter/worker_memory.h"

namespace jetmeter {
namespace {

// Names of channels and sources are printable ASCII; these two would still end a JSON string.
void put_name(fmt::memory_buffer& line, std::string_view name) {
  line.push_back('"');
  for (const char c : name) {
    if (c == '"' || c == '\\') line.push_back('\\');
    line.push_back(c);
  }
  line.push_back('"');
}

}  // namespace

void TelemetryLog::begin_line(Nanoseconds at, std::string_view source) {
  const auto now = clock_.wall();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  line_.clear();
  const auto out = std::back_inserter(line_);
  fmt::format_to(out, R"({{"time":"{:%Y-%m-%dT%H:%M:%S}.{:06}Z","monotonic_ns":{},"source":)",
                 fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                 (now - seconds).count(), at.count());
  put_name(line_, source);
}

void TelemetryLog::reading(Nanoseconds at, std::string_view source,
                           std::span<const Channel> channels,
                           std::span<const std::optional<double>> values) {
  begin_line(at, source);
  const auto out = std::back_inserter(line_);
  fmt::format_to(out, R"(,"values":{{)");
  bool first = true;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (!values[i] || !std::isfinite(*values[i])) continue;
    if (!first) line_.push_back(',');
    first = false;
    put_name(line_, channels[i].name);
    fmt::format_to(out, ":{}", *values[i]);
    if (channels[i].name != kFootprintChannel) continue;
    const std::scoped_lock lock(mutex_);
    footprints_.push_back({at, std::string(source), static_cast<std::uint64_t>(*values[i])});
  }
  fmt::format_to(out, "}}}}");
  dir_.append(Stream::metrics, {line_.data(), line_.size()});
}

void TelemetryLog::gap(Nanoseconds at, std::string_view source, std::string_view reason) {
  begin_line(at, source);
  const auto text = reason.empty() ? std::string("null")
                                   : nlohmann::json(reason).dump(
                                         -1, ' ', false, nlohmann::json::error_handler_t::replace);
  fmt::format_to(std::back_inserter(line_), R"(,"gap":{}}})", text);
  dir_.append(Stream::metrics, {line_.data(), line_.size()});
}

std::vector<FootprintReading> TelemetryLog::take_footprints() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(footprints_, {});
}

}  // namespace jetmeter
