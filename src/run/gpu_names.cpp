#include "run/gpu_names.h"

#include <algorithm>
#include <array>
#include <utility>

namespace jetmeter {
namespace {

constexpr std::string_view kIntegrated = "gpu", kFirstOfNvml = "gpu0";
constexpr std::array<std::string_view, 7> kGpuDevices{
    "cuda", "tensorrt", "nvtensorrtrtx", "rocm", "migraphx", "gpu", "vulkan"};
constexpr std::array<std::string_view, 3> kQuantities{"load.", "clock.", "throttle."};

bool has(const Histories& histories, std::string_view channel) {
  return !readings_of(histories, channel).empty();
}

bool kernel_tells_a_gpu(const Histories& histories) {
  return has(histories, "load.gpu") || has(histories, "clock.gpu");
}

bool nvml_tells_another_gpu(const Histories& histories) {
  return has(histories, "memory.gpu0_total") ||
         std::ranges::any_of(histories, [](const auto& channel) {
           return channel.first.find(".gpu1") != std::string::npos;
         });
}

}  // namespace

std::string gpu_of_device(std::string_view device, const Histories& histories) {
  const auto colon = device.find(':');
  if (std::ranges::find(kGpuDevices, device.substr(0, colon)) == kGpuDevices.end()) return {};
  if (kernel_tells_a_gpu(histories)) return std::string(kIntegrated);
  const auto index = colon == device.npos ? std::string_view("0") : device.substr(colon + 1);
  return std::string(kIntegrated).append(index);
}

Histories with_one_gpu_name(Histories histories, MemoryArchitecture memory) {
  if (memory != MemoryArchitecture::unified || !kernel_tells_a_gpu(histories) ||
      nvml_tells_another_gpu(histories))
    return histories;
  for (const auto quantity : kQuantities) {
    const auto from = std::string(quantity).append(kFirstOfNvml);
    for (const auto& rest : subjects_of(histories, from)) {  // "", "_cap"
      auto told = histories.extract(from + rest);
      if (!told) continue;
      auto& kept = histories[std::string(quantity).append(kIntegrated).append(rest)];
      if (kept.empty()) kept = std::move(told.mapped());
    }
  }
  return histories;
}

}  // namespace jetmeter
