#include "telemetry/gauges.h"

#include <utility>

#include "telemetry/folder.h"

namespace jetmeter {

void Gauges::add(std::string name, Unit unit, const std::filesystem::path& path, GaugeScale scale) {
  KernelFile file(path);
  if (!file.is_open()) return;
  channels_.push_back({unique_name(channels_, std::move(name)), unit});
  gauges_.push_back({std::move(file), scale});
}

void Gauges::read(std::span<std::optional<double>> out) {
  for (std::size_t i = 0; i < gauges_.size(); ++i) {
    const auto& [file, scale] = gauges_[i];
    const auto number = file.number();
    const bool sound = number && *number >= scale.lowest && *number <= scale.highest;
    out[i] = sound ? std::optional(*number * scale.factor) : std::nullopt;
  }
}

}  // namespace jetmeter
