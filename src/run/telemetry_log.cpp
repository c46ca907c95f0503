#include "run/telemetry_log.h"

#include <algorithm>
#include <cmath>

#include "jetmeter/recording.h"
#include "jetmeter/worker_memory.h"

namespace jetmeter {
namespace {

// Shorter than the interval that is taken by default, so that each of its ticks is written at once.
constexpr auto kLongestWait = std::chrono::milliseconds(400);
constexpr std::size_t kMostWaiting = 64 << 10;  // bytes

std::optional<std::uint64_t> bytes_of(std::string_view name, std::span<const Channel> channels,
                                      std::span<const std::optional<double>> values) {
  for (std::size_t i = 0; i < channels.size(); ++i)
    if (channels[i].name == name && values[i] && std::isfinite(*values[i]))
      return static_cast<std::uint64_t>(*values[i]);
  return std::nullopt;
}

}  // namespace

void TelemetryLog::reading(Nanoseconds at, std::string_view source,
                           std::span<const Channel> channels,
                           std::span<const std::optional<double>> values) {
  write_reading(line_, clock_.wall(), at, source, channels, values);
  lines_ += line_;
  lines_ += '\n';
  const auto whole = bytes_of(kFootprintChannel, channels, values);
  if (!whole) return;
  const auto gpu = bytes_of(kProcessGpuChannel, channels, values);
  Footprint footprint{ViewBytes(*whole - std::min(gpu.value_or(0), *whole)), {}};
  if (gpu) footprint.gpu = ViewBytes(*gpu);
  const std::scoped_lock lock(mutex_);
  footprints_.push_back({at, std::string(source), footprint});
}

void TelemetryLog::gap(Nanoseconds at, std::string_view source, std::string_view reason) {
  write_gap(line_, clock_.wall(), at, source, reason);
  lines_ += line_;
  lines_ += '\n';
}

// A system call for each line took more than its text did, and one for each tick of 100 ms a tenth
// of what the sampler takes.
void TelemetryLog::tick_ended() {
  const auto now = clock_.monotonic();
  if (now - written_at_ < kLongestWait && lines_.size() < kMostWaiting) return;
  written_at_ = now;
  write();
}

void TelemetryLog::write() {
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
