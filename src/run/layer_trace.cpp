#include "run/layer_trace.h"

#include <chrono>
#include <utility>

namespace jetmeter {

ChromeTrace layer_trace(std::span<const SlotData> slots) {
  ChromeTrace trace;
  for (const auto& slot : slots) {
    if (!slot.bench || slot.bench->layers.empty()) continue;
    TraceProcess process{slot.spec.name, slot.bench->layers, Nanoseconds{0}, {}};
    Nanoseconds at{0};
    for (const auto& phase : slot.phases) {
      const auto took =
          std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(phase.seconds));
      if (phase.name == "profile") process.layers_begin = at;
      process.spans.push_back({"phases", phase.name, "phase", at, took});
      at += took;
    }
    trace.processes.push_back(std::move(process));
  }
  return trace;
}

}  // namespace jetmeter
