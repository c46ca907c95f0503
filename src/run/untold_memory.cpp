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

}  // namespace jetmeter
