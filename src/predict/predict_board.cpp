#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "jetmeter/predict.h"
#include "predict/board_efficiency.h"
#include "predict/sum_up.h"

namespace jetmeter {
namespace {

// Of Ampere at 8 nm: 1.62 pJ per operation of a tensor core in FP32, 1.9 of a CUDA core; less
// with fewer bits. Source: branes-ai/graphs, estimation/energy.py.
constexpr double kTensorJoulesPerFlop = 1.62e-12;
constexpr double kCudaJoulesPerFlop = 1.9e-12;
// About 5 pJ a bit, what is commonly said of LPDDR5; no source that was measured.
constexpr double kJoulesPerByte = 40e-12;
// What a board takes while it waits, of its budget; same source as the operations.
constexpr double kIdleShare = 0.3;
// The kernel sees 84 to 96 % of a module's memory; and a part is the system's own.
constexpr double kUsableShare = 0.85;
constexpr double kGiB = 1024.0 * 1024 * 1024;
// No published figure of a GPU of another generation was fitted.
constexpr double kOtherGeneration = 0.8;

struct PrecisionFacts {
  std::string_view name;
  double element_bytes;
  double energy_scale;
};
const PrecisionFacts& facts_of(Precision precision) {
  static constexpr std::array<PrecisionFacts, 3> kFacts{{
      {"fp32", 4, 1.0},
      {"fp16", 2, 0.5},
      {"int8", 1, 0.25},
  }};
  return kFacts[static_cast<std::size_t>(precision)];
}

// TensorRT computes FP32 in TF32 where there is such a unit, unless told otherwise.
std::optional<double> peak_of(const Peaks& peaks, Precision precision) {
  switch (precision) {
    case Precision::fp32: return peaks.tf32 ? peaks.tf32 : peaks.fp32;
    case Precision::fp16: return peaks.fp16;
    case Precision::int8: return peaks.int8;
  }
  return std::nullopt;
}

struct Roofline {
  const BoardTarget& target;
  Precision precision;
  double product_flops;  // per second, of tensor cores where there are any
  double cuda_flops;
  double extra_doubt;

  KernelTime time_of(const Kernel& kernel, std::size_t index) const;
  double joules_of(const Kernel& kernel) const;
  double bytes_of(const Kernel& kernel) const {
    const auto size = facts_of(precision).element_bytes;
    const auto all = kernel.read.elements + kernel.write.elements + kernel.weights.elements;
    return all * size + kernel.read.fixed_bytes + kernel.write.fixed_bytes +
           kernel.weights.fixed_bytes;
  }
};

KernelTime Roofline::time_of(const Kernel& kernel, std::size_t index) const {
  KernelTime time{.kernel = index};
  if (!kernel.known) return time;
  const auto& efficiency = efficiency_of(kernel.kind);
  auto rate = (efficiency.tensor_cores ? product_flops : cuda_flops) * efficiency.compute_share;
  if (efficiency.tensor_cores) {
    rate *= utilisation(kernel, target.sms);
    if (precision == Precision::int8) rate *= gpu_kernels().int8_share;
    // A product too thin for tensor cores is left to the others.
    rate = std::max(rate, cuda_flops * gpu_kernels().cuda_share);
  }
  time.compute_seconds = kernel.flops / rate;
  time.memory_seconds =
      bytes_of(kernel) / (*target.peaks.bandwidth_bytes_per_second * efficiency.bandwidth_share);
  time.overhead_seconds = gpu_kernels().overhead_cycles / target.gpu_hz;
  time.doubt = efficiency.doubt + extra_doubt;
  settle(time);
  return time;
}

double Roofline::joules_of(const Kernel& kernel) const {
  const auto per_flop = efficiency_of(kernel.kind).tensor_cores
                            ? kTensorJoulesPerFlop * facts_of(precision).energy_scale
                            : kCudaJoulesPerFlop;
  return kernel.flops * per_flop + bytes_of(kernel) * kJoulesPerByte;
}

// Weights at this precision, and the activations that live at one time.
std::optional<double> memory_of(const FusedModel& model, double element_bytes) {
  if (!model.peak_activation_bytes) return std::nullopt;
  double own = 0, scaled = 0;
  for (const auto& kernel : model.kernels) {
    own += kernel.write.own_bytes;
    scaled += kernel.write.elements * element_bytes + kernel.write.fixed_bytes;
  }
  const auto activations = *model.peak_activation_bytes * (own > 0 ? scaled / own : 1);
  return model.weight_elements * element_bytes + activations;
}

void add_energy(Prediction& prediction, double joules, std::optional<double> budget) {
  if (!budget || !prediction.seconds) return;
  const auto seconds = prediction.seconds->mid;
  joules += kIdleShare * *budget * seconds;
  const auto most = *budget * seconds;
  prediction.joules = std::min(joules, most);
  prediction.watts = *prediction.joules / seconds;
  prediction.rests_on.push_back(fmt::format(
      "energy is an estimate from the chip's generation (operations, bytes and {:.0f} % of the "
      "{:.0f} W budget while idle), {}",
      kIdleShare * 100, *budget,
      joules > most ? "held at that budget: the clocks may have to fall" : "nothing was measured"));
}

bool is_orin(const Device& device) {
  return device.gpu != nullptr && device.gpu->compute_capability == "8.7";
}

bool computes_in_integers(std::string_view op) {
  return op.starts_with("QLinear") || op.starts_with("DynamicQuantize") ||
         op.find("Integer") != op.npos;
}

// By name, how many the kernels hold.
std::map<std::string, int> integer_operators(const FusedModel& model) {
  std::map<std::string, int> counts;
  for (const auto& kernel : model.kernels) {
    std::string_view ops = kernel.ops;
    while (!ops.empty()) {
      const auto op = ops.substr(0, ops.find('+'));
      if (computes_in_integers(op)) ++counts[std::string(op)];
      ops.remove_prefix(std::min(op.size() + 1, ops.size()));
    }
  }
  return counts;
}

void say_what_it_rests_on(Prediction& prediction, const FusedModel& model,
                          const BoardTarget& target) {
  const auto& device = *target.device;
  auto& said = prediction.rests_on;
  said.insert(said.begin(),
              "one table of efficiencies, fitted to TensorRT on the Orin Nano Super; the mode's "
              "clocks held, inputs already on the GPU");
  if (!target.assumption.empty()) said.push_back(target.assumption);
  if (!is_orin(device))
    said.push_back(fmt::format("the {} is of another generation than the boards that were compared",
                               device.name));
  say_what_is_unknown(prediction, model);
}

}  // namespace

std::string_view name(Precision precision) {
  return facts_of(precision).name;
}

Result<Precision> parse_precision(std::string_view word) {
  for (const auto precision : {Precision::fp32, Precision::fp16, Precision::int8})
    if (word == name(precision)) return precision;
  return fail(fmt::format("there is no precision {}; it is fp32, fp16 or int8", in_quotes(word)));
}

Result<void> check_for_tensorrt(const FusedModel& model) {
  std::string names;
  for (const auto& [op, count] : integer_operators(model))
    names += fmt::format("{}{} ({})", names.empty() ? "" : ", ", op, count);
  if (names.empty()) return {};
  return fail(fmt::format(
      "TensorRT, whose times on boards are predicted, builds no engine with {}; it takes the form "
      "with QuantizeLinear and DequantizeLinear, which 'jetmeter model quantize' makes of the "
      "model in floats",
      names));
}

Result<Prediction> predict(const FusedModel& model, const BoardTarget& target,
                           Precision precision) {
  if (const auto taken = check_for_tensorrt(model); !taken)
    return tl::make_unexpected(taken.error());
  const auto& device = *target.device;
  const auto rate = peak_of(target.peaks, precision);
  if (!rate || !target.peaks.fp32)
    return fail(fmt::format("the GPU of the {} has no units for {}; choose another --precision",
                            device.name, name(precision)));
  const Roofline roofline{target, precision, *rate, *target.peaks.fp32,
                          is_orin(device) ? 0 : kOtherGeneration};
  Prediction prediction;
  prediction.target = device.name;
  prediction.mode = target.mode;
  prediction.precision = name(precision);
  double joules = 0;
  for (std::size_t i = 0; i < model.kernels.size(); ++i) {
    const auto& kernel = model.kernels[i];
    prediction.kernels.push_back(roofline.time_of(kernel, i));
    prediction.bytes += roofline.bytes_of(kernel);
    joules += roofline.joules_of(kernel);
  }
  sum_up(prediction, model);
  add_energy(prediction, joules, target.watts);
  prediction.memory_bytes = memory_of(model, facts_of(precision).element_bytes);
  if (device.memory_gib) prediction.memory_limit_bytes = *device.memory_gib * kGiB * kUsableShare;
  say_what_it_rests_on(prediction, model, target);
  return prediction;
}

}  // namespace jetmeter
