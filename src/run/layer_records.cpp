#include "run/layer_records.h"

namespace jetmeter {

std::vector<LayerRecord> layer_records(std::span<const LayerTime> layers) {
  Nanoseconds all{0};
  for (const auto& layer : layers) all += layer.total;
  std::vector<LayerRecord> records;
  for (const auto& layer : layers) {
    const double share = all.count() > 0 ? static_cast<double>(layer.total.count()) /
                                               static_cast<double>(all.count())
                                         : 0;
    records.push_back({layer.name, layer.type, layer.device, layer.calls,
                       std::chrono::duration<double, std::milli>(layer.total).count(),
                       100 * share});
  }
  return records;
}

}  // namespace jetmeter
