#include "run/untold_memory.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace jetmeter {
namespace {

// Execution providers that compute on the CPU, under their own names.
constexpr std::array<std::string_view, 6> kInMainMemory{"",     "cpu", "xnnpack",
                                                        "dnnl", "acl", "armnn"};

}  // namespace

bool holds_untold_memory(const SlotData& slot) {
  if (slot.gpu_memory_told) return false;
  const std::string_view device = slot.model ? slot.model->backend.device : slot.spec.load.device;
  const auto kind = device.substr(0, device.find(':'));
  return std::ranges::find(kInMainMemory, kind) == kInMainMemory.end();
}

void keep_gpu_reading(SlotData& slot, std::string_view phase, const Footprint& footprint) {
  const auto total = footprint.total();
  if (!total || !footprint.gpu || footprint.gpu->bytes() == 0) return;
  slot.gpu_memory_told = true;
  if (phase.empty()) return;
  auto& peak = slot.phase_footprints[std::string(phase)];
  peak = std::max(peak, total->bytes());
}

}  // namespace jetmeter
