#include "model/liveness.h"

#include <algorithm>
#include <map>

namespace jetmeter {

std::uint64_t peak_bytes_alive(std::span<const Activation> tensors) {
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint64_t>> changes;  // step: born, died
  for (const auto& tensor : tensors) {
    changes[tensor.born].first += tensor.bytes;
    changes[std::uint64_t{tensor.dies} + 1].second += tensor.bytes;
  }
  std::uint64_t alive = 0;
  std::uint64_t peak = 0;
  for (const auto& [step, change] : changes) {
    alive = alive - change.second + change.first;
    peak = std::max(peak, alive);
  }
  return peak;
}

}  // namespace jetmeter
