#include "backends/layer_sums.h"

#include <algorithm>
#include <utility>

namespace jetmeter {

std::size_t LayerSums::layer(const std::string& key, std::string_view name, std::string_view type,
                             std::string_view device) {
  const auto [place, is_new] = numbers_.emplace(key, cold_.size());
  if (is_new) {
    cold_.push_back({std::string(name), std::string(type), std::string(device)});
    warm_.push_back(cold_.back());
  }
  return place->second;
}

void LayerSums::add(std::size_t layer, Nanoseconds begin, Nanoseconds time) {
  run_.push_back({layer, begin, time});
}

void LayerSums::end_run() {
  auto& sums = runs_++ == 0 ? cold_ : warm_;
  const auto first = std::ranges::min_element(run_, {}, &Call::begin);
  for (const auto& call : run_) {
    auto& sum = sums[call.layer];
    if (sum.calls++ == 0) sum.first_begin = call.begin - first->begin;
    sum.total += call.time;
  }
  run_.clear();
}

Result<std::vector<LayerTime>> LayerSums::layers() const {
  if (runs_ == 0) return fail(std::string(kNoRunProfiled));
  auto layers = runs_ == 1 ? cold_ : warm_;
  std::erase_if(layers, [](const auto& layer) { return layer.calls == 0; });
  std::ranges::stable_sort(layers, {}, &LayerTime::first_begin);
  return layers;
}

}  // namespace jetmeter
