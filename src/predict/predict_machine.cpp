#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "jetmeter/predict.h"
#include "predict/point_rates.h"
#include "predict/sum_up.h"

namespace jetmeter {
namespace {

bool holds(std::string_view ops, std::string_view op) {
  return ops.find(op) != std::string_view::npos;
}

// The measured operator that a chain of operators is most like.
std::string_view probe_of(const Kernel& kernel) {
  const std::string_view ops = kernel.ops;
  if (ops == "Sigmoid+Mul" || ops == "HardSigmoid+Mul") return "Sigmoid+Mul";
  if (kernel.nodes.size() > 1 && holds(ops, "Erf")) return "Gelu";
  if (kernel.nodes.size() > 1 && holds(ops, "ReduceMean")) return "LayerNormalization";
  return ops;
}

std::string_view usual_probe(const Kernel& kernel) {
  switch (kernel.kind) {
    case KernelClass::pointwise:
      return kernel.read.own_bytes > 1.5 * kernel.write.own_bytes ? "Add" : "Mul";
    case KernelClass::reduction: return "ReduceMean";
    case KernelClass::pool: return "MaxPool";
    default: return holds(kernel.ops, "Transpose") ? "Transpose" : "Concat";
  }
}

double bytes_through(const Kernel& kernel) {
  return kernel.read.own_bytes + kernel.write.own_bytes + kernel.weights.own_bytes;
}

bool is_product(const Kernel& kernel) {
  return kernel.kind == KernelClass::conv || kernel.kind == KernelClass::conv1x1 ||
         kernel.kind == KernelClass::depthwise || kernel.kind == KernelClass::matmul;
}

// In the calibration's words: "conv", "integer_conv1x1".
std::string product_probe(const Kernel& kernel) {
  const bool integer = kernel.quantized && holds(kernel.ops, "Integer");
  return fmt::format("{}{}", integer ? "integer_" : "", name(kernel.kind));
}

std::optional<double> rate_of_product(const Kernel& kernel, const MachineCalibration& calibration) {
  const bool ragged = kernel.kind != KernelClass::matmul && is_ragged(kernel.n * kernel.groups);
  const ProductExtents extents{kernel.m, kernel.n, kernel.k, ragged};
  const auto probe = product_probe(kernel);
  if (const auto rate = product_rate(calibration.points, probe, kernel.quantized, extents))
    return rate;
  return product_rate(calibration.points, name(kernel.kind), false, extents);
}

KernelTime time_of(const Kernel& kernel, std::size_t index, const MachineCalibration& calibration) {
  KernelTime time{.kernel = index};
  if (!kernel.known) return time;
  const auto bytes = bytes_through(kernel);
  auto rate = byte_rate(calibration.points, probe_of(kernel), bytes);
  if (is_product(kernel)) {
    if (kernel.k <= 0) return time;
    const auto flops = rate_of_product(kernel, calibration);
    if (!flops) return time;
    time.compute_seconds = kernel.flops / *flops;
    rate = byte_rate(calibration.points, "Add", bytes);
  } else if (!rate) {
    rate = byte_rate(calibration.points, usual_probe(kernel), bytes);
  }
  if (!rate) return time;
  // What the file holds in 32 bits flows in 8 through a kernel that is quantised.
  if (!kernel.quantized || !is_product(kernel)) time.memory_seconds = bytes / *rate;
  time.overhead_seconds = calibration.overhead_seconds;
  time.doubt = calibration.doubt;
  settle(time);
  return time;
}

// The middle of the spreads of quiet machines is a few percent.
constexpr double kBusy = 0.2;

bool was_busy(const MachineCalibration& calibration) {
  const auto wide = std::ranges::count_if(calibration.points,
                                          [](const auto& point) { return point.spread > kBusy; });
  return static_cast<std::size_t>(wide) * 2 > calibration.points.size();
}

// A run takes that as well, and only that where every layer is free.
void add_run(Prediction& prediction, double seconds) {
  if (!prediction.seconds && prediction.at_least) return;
  auto& sum = prediction.seconds ? *prediction.seconds : prediction.seconds.emplace();
  sum.mid += seconds;
  sum.low += seconds;
  sum.high += seconds;
}

}  // namespace

Prediction predict(const FusedModel& model, const MachineCalibration& calibration) {
  Prediction prediction;
  prediction.target = calibration.machine;
  prediction.precision = "as in the file";
  for (std::size_t i = 0; i < model.kernels.size(); ++i) {
    prediction.kernels.push_back(time_of(model.kernels[i], i, calibration));
    prediction.bytes += bytes_through(model.kernels[i]);
  }
  sum_up(prediction, model);
  add_run(prediction, calibration.run_seconds);
  if (model.peak_activation_bytes)
    prediction.memory_bytes =
        static_cast<double>(model.weight_bytes) + *model.peak_activation_bytes;
  prediction.rests_on.push_back(
      fmt::format("{} micro models, measured on this machine with {} {} on {} and {}",
                  calibration.points.size(), calibration.backend, calibration.backend_version,
                  calibration.device,
                  calibration.threads == 0   ? std::string("the runtime's choice of threads")
                  : calibration.threads == 1 ? std::string("1 thread")
                                             : fmt::format("{} threads", calibration.threads)));
  if (was_busy(calibration))
    prediction.rests_on.push_back(
        "other programs were at work while it was measured; --recalibrate when they are done");
  say_what_is_unknown(prediction, model);
  return prediction;
}

}  // namespace jetmeter
