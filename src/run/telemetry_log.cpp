#include "run/telemetry_log.h"

#include <cmath>

#include "jetmeter/recording.h"
#include "jetmeter/worker_memory.h"

namespace jetmeter {

void TelemetryLog::reading(Nanoseconds at, std::string_view source,
                           std::span<const Channel> channels,
                           std::span<const std::optional<double>> values) {
  write_reading(line_, clock_.wall(), at, source, channels, values);
  lines_ += line_;
  lines_ += '\n';
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (!values[i] || !std::isfinite(*values[i]) || channels[i].name != kFootprintChannel) continue;
    const std::scoped_lock lock(mutex_);
    footprints_.push_back({at, std::string(source), static_cast<std::uint64_t>(*values[i])});
  }
}

void TelemetryLog::gap(Nanoseconds at, std::string_view source, std::string_view reason) {
  write_gap(line_, clock_.wall(), at, source, reason);
  lines_ += line_;
  lines_ += '\n';
}

// A system call for each line took more than its text did.
void TelemetryLog::tick_ended() {
  if (lines_.empty()) return;
  lines_.pop_back();
  dir_.append(Stream::metrics, lines_);
  lines_.clear();
}

std::vector<FootprintReading> TelemetryLog::take_footprints() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(footprints_, {});
}

}  // namespace jetmeter
