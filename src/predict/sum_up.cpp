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
    auto& sum = prediction.seconds ? *prediction.seconds : prediction.seconds.emplace();
    sum.mid += *time.seconds;
    // What is wrong with one kernel of a class is wrong with all of them: bounds add up.
    sum.low += *time.seconds / (1 + time.doubt);
    sum.high += *time.seconds * (1 + time.doubt);
  }
}

void say_what_is_unknown(Prediction& prediction, const FusedModel& model) {
  if (!prediction.at_least) {
    if (!prediction.seconds)
      prediction.rests_on.push_back(
          "no time can be told: every layer is free, and what a run itself takes is not known");
    return;
  }
  std::string list;
  for (const auto& [op, count] : model.unknown_operators)
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", count, op);
  if (list.empty()) list = "some layers";
  prediction.rests_on.push_back(
      prediction.seconds
          ? fmt::format("the times of {} are not in the sum: their cost is not known", list)
          : fmt::format("no time can be told: the cost of {} is not known", list));
}

}  // namespace jetmeter
