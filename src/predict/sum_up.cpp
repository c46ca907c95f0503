#include "predict/sum_up.h"

#include <fmt/format.h>

#include <algorithm>

namespace jetmeter {

std::string_view name(Bottleneck bottleneck) {
  switch (bottleneck) {
    case Bottleneck::compute: return "compute";
    case Bottleneck::bandwidth: return "bandwidth";
    case Bottleneck::overhead: return "overhead";
  }
  return "";
}

void settle(KernelTime& time) {
  const auto work = std::max(time.compute_seconds, time.memory_seconds);
  time.seconds = work + time.overhead_seconds;
  if (time.overhead_seconds >= work)
    time.bottleneck = Bottleneck::overhead;
  else
    time.bottleneck =
        time.compute_seconds >= time.memory_seconds ? Bottleneck::compute : Bottleneck::bandwidth;
}

void sum_up(Prediction& prediction, const FusedModel& model) {
  for (const auto& time : prediction.kernels) {
    if (!time.seconds) {
      prediction.at_least = true;
      continue;
    }
    prediction.flops += model.kernels[time.kernel].flops;
    prediction.seconds += *time.seconds;
    // What is wrong with one kernel of a class is wrong with all of them: bounds add up.
    prediction.low_seconds += *time.seconds / (1 + time.doubt);
    prediction.high_seconds += *time.seconds * (1 + time.doubt);
  }
}

void say_what_is_unknown(Prediction& prediction, const FusedModel& model) {
  if (!prediction.at_least) return;
  std::string list;
  for (const auto& [op, count] : model.unknown_operators)
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", count, op);
  prediction.rests_on.push_back(
      fmt::format("the times of {} are not in the sum: their cost is not known",
                  list.empty() ? "some layers" : list));
}

}  // namespace jetmeter
