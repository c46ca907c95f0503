#include <array>
#include <string>

#include "jetmeter/graph_builder.h"
#include "predict/point_rates.h"
#include "predict/probe_parts.h"

namespace jetmeter {
namespace {

struct ConvPlan {
  std::int64_t in, out, size, kernel, stride, group;
  bool silu = false;
  std::int64_t places() const { return (size / stride) * (size / stride); }
  double taps() const { return static_cast<double>(in / group * kernel * kernel); }
  bool chains() const { return in == out && stride == 1; }
};

Attributes conv_attributes(const ConvPlan& plan) {
  const auto pad = plan.kernel / 2;
  return {{"kernel_shape", std::vector<std::int64_t>{plan.kernel, plan.kernel}},
          {"strides", std::vector<std::int64_t>{plan.stride, plan.stride}},
          {"pads", std::vector<std::int64_t>{pad, pad, pad, pad}},
          {"group", plan.group}};
}

std::string activate(GraphBuilder& graph, const std::string& value, int i, bool silu) {
  if (!silu) return graph.node("Relu", numbered("relu", i), {value});
  const auto gate = graph.node("Sigmoid", numbered("gate", i), {value});
  return graph.node("Mul", numbered("silu", i), {value, gate});
}

// A chain where the shapes allow it, else convolutions side by side.
ModelGraph conv_model(const ConvPlan& plan, std::uint64_t seed) {
  GraphBuilder graph("conv", kOpset);
  const auto x = graph.input("x", {1, plan.in, plan.size, plan.size});
  const auto narrow = plan.in / plan.group;
  auto value = x;
  for (int i = 0; i < kChain; ++i) {
    const auto weight =
        graph.floats(numbered("w", i), {plan.out, narrow, plan.kernel, plan.kernel},
                     random_weights(seed + static_cast<std::uint64_t>(i),
                                    plan.out * narrow * plan.kernel * plan.kernel, plan.taps()));
    const auto conv = graph.node("Conv", numbered("conv", i), {plan.chains() ? value : x, weight},
                                 conv_attributes(plan));
    value = activate(graph, conv, i, plan.silu);
    if (!plan.chains())
      graph.output(value, {1, plan.out, plan.size / plan.stride, plan.size / plan.stride});
  }
  if (plan.chains()) graph.output(value, {1, plan.out, plan.size, plan.size});
  return graph.take();
}

// The kind that quantises while it runs: 8-bit convolutions with sums of 32 bits.
ModelGraph integer_conv_model(const ConvPlan& plan, std::uint64_t seed) {
  GraphBuilder graph("conv_integer", kOpset);
  const auto x = graph.input("x", {1, plan.in, plan.size, plan.size}, ElementType::uint8);
  const auto zero = graph.weight(raw_tensor("zero", ElementType::uint8, {}, {std::byte{128}}));
  for (int i = 0; i < kChain; ++i) {
    const Shape shape{plan.out, plan.in / plan.group, plan.kernel, plan.kernel};
    const auto weight = graph.weight(
        raw_tensor(numbered("w", i), ElementType::uint8, shape,
                   random_bytes(seed + static_cast<std::uint64_t>(i), element_count(shape))));
    const auto conv = graph.node("ConvInteger", numbered("conv", i), {x, weight, zero, zero},
                                 conv_attributes(plan));
    graph.output(conv, {1, plan.out, plan.size / plan.stride, plan.size / plan.stride},
                 ElementType::int32);
  }
  return graph.take();
}

// QuantizeLinear and DequantizeLinear around each: the form that runtimes turn into 8-bit kernels.
ModelGraph quantized_conv_model(const ConvPlan& plan, std::uint64_t seed) {
  GraphBuilder graph("conv_qdq", kOpset);
  const auto scale = graph.floats("scale", {}, {0.02F});
  const auto zero = graph.weight(raw_tensor("zero", ElementType::int8, {}, {std::byte{0}}));
  auto value = graph.input("x", {1, plan.in, plan.size, plan.size});
  value = graph.node("QuantizeLinear", "q", {value, scale, zero});
  for (int i = 0; i < kChain; ++i) {
    value = graph.node("DequantizeLinear", numbered("dq", i), {value, scale, zero});
    const Shape shape{plan.out, plan.in / plan.group, plan.kernel, plan.kernel};
    const auto weight = graph.weight(
        raw_tensor(numbered("w", i), ElementType::int8, shape,
                   random_bytes(seed + static_cast<std::uint64_t>(i), element_count(shape))));
    const auto real = graph.node("DequantizeLinear", numbered("dqw", i), {weight, scale, zero});
    value = graph.node("Conv", numbered("conv", i), {value, real}, conv_attributes(plan));
    value = graph.node("QuantizeLinear", numbered("q", i), {value, scale, zero});
  }
  graph.node("DequantizeLinear", graph.output("y", {1, plan.out, plan.size, plan.size}),
             {value, scale, zero});
  return graph.take();
}

const char* probe_name(const ConvPlan& plan) {
  if (plan.group > 1) return "depthwise";
  return plan.kernel == 1 ? "conv1x1" : "conv";
}

CalibrationPoint conv_point(const ConvPlan& plan, bool quantized) {
  CalibrationPoint point;
  point.probe = probe_name(plan);
  point.ragged = is_ragged(static_cast<double>(plan.out));
  point.quantized = quantized;
  point.m = static_cast<double>(plan.places());
  point.n = static_cast<double>(plan.out / plan.group);
  point.k = plan.taps();
  point.work = 2 * point.m * point.k * static_cast<double>(plan.out);
  return point;
}

void add_convs(std::vector<Probe>& probes, std::uint64_t seed) {
  constexpr std::array kPlans{
      ConvPlan{3, 32, 320, 3, 2, 1},     ConvPlan{3, 64, 224, 7, 2, 1},
      ConvPlan{8, 8, 160, 3, 1, 1},      ConvPlan{16, 16, 160, 3, 1, 1},
      ConvPlan{16, 16, 80, 3, 1, 1},     ConvPlan{32, 64, 80, 3, 2, 1},
      ConvPlan{32, 32, 80, 3, 1, 1},     ConvPlan{32, 32, 40, 3, 1, 1},
      ConvPlan{64, 64, 80, 3, 1, 1},     ConvPlan{64, 64, 56, 3, 1, 1},
      ConvPlan{64, 64, 40, 3, 1, 1},     ConvPlan{64, 64, 20, 3, 1, 1},
      ConvPlan{128, 128, 40, 3, 2, 1},   ConvPlan{128, 128, 28, 3, 1, 1},
      ConvPlan{128, 128, 20, 3, 1, 1},   ConvPlan{256, 256, 14, 3, 1, 1},
      ConvPlan{256, 256, 20, 3, 1, 1},   ConvPlan{512, 512, 7, 3, 1, 1},
      ConvPlan{16, 16, 160, 1, 1, 1},    ConvPlan{32, 32, 160, 1, 1, 1},
      ConvPlan{32, 16, 112, 1, 1, 1},    ConvPlan{64, 64, 80, 1, 1, 1},
      ConvPlan{64, 256, 56, 1, 1, 1},    ConvPlan{256, 64, 56, 1, 1, 1},
      ConvPlan{24, 144, 56, 1, 1, 1},    ConvPlan{144, 24, 56, 1, 1, 1},
      ConvPlan{128, 128, 40, 1, 1, 1},   ConvPlan{256, 128, 40, 1, 1, 1},
      ConvPlan{256, 256, 20, 1, 1, 1},   ConvPlan{64, 384, 14, 1, 1, 1},
      ConvPlan{384, 64, 14, 1, 1, 1},    ConvPlan{1024, 256, 14, 1, 1, 1},
      ConvPlan{512, 512, 20, 1, 1, 1},   ConvPlan{960, 320, 7, 1, 1, 1},
      ConvPlan{512, 2048, 7, 1, 1, 1},   ConvPlan{32, 32, 112, 3, 1, 32},
      ConvPlan{144, 144, 56, 3, 1, 144}, ConvPlan{192, 192, 28, 3, 1, 192},
      ConvPlan{384, 384, 14, 3, 1, 384}, ConvPlan{960, 960, 7, 3, 1, 960},
      ConvPlan{64, 64, 80, 3, 1, 64},    ConvPlan{80, 80, 40, 3, 1, 80},
      ConvPlan{96, 96, 112, 3, 2, 96},   ConvPlan{256, 256, 20, 3, 1, 256},
      ConvPlan{58, 58, 52, 1, 1, 1},     ConvPlan{116, 116, 26, 1, 1, 1},
      ConvPlan{21, 255, 13, 1, 1, 1},    ConvPlan{58, 58, 52, 3, 1, 58},
      ConvPlan{116, 116, 26, 3, 1, 116}, ConvPlan{116, 116, 26, 3, 2, 116},
      ConvPlan{20, 20, 80, 3, 1, 1},     ConvPlan{68, 68, 40, 3, 1, 1},
  };
  for (const auto& plan : kPlans)
    probes.push_back({.point = conv_point(plan, false), .kernels = kChain, .build = [plan, seed] {
                        return conv_model(plan, seed);
                      }});
}

void add_quantized_convs(std::vector<Probe>& probes, std::uint64_t seed) {
  constexpr std::array kPlans{
      ConvPlan{16, 16, 80, 3, 1, 1},   ConvPlan{64, 64, 40, 3, 1, 1},
      ConvPlan{128, 128, 20, 3, 1, 1}, ConvPlan{256, 256, 20, 3, 1, 1},
      ConvPlan{32, 32, 80, 1, 1, 1},   ConvPlan{128, 128, 40, 1, 1, 1},
      ConvPlan{512, 512, 7, 1, 1, 1},  ConvPlan{256, 256, 20, 1, 1, 1},
      ConvPlan{64, 64, 56, 3, 1, 64},  ConvPlan{384, 384, 14, 3, 1, 384},
  };
  for (const auto& plan : kPlans) {
    auto integer = conv_point(plan, true);
    integer.probe = "integer_" + integer.probe;
    probes.push_back({.point = integer, .kernels = kChain, .build = [plan, seed] {
                        return integer_conv_model(plan, seed);
                      }});
    probes.push_back({.point = conv_point(plan, true), .kernels = kChain, .build = [plan, seed] {
                        return quantized_conv_model(plan, seed);
                      }});
  }
}

// SiLU where it stands in a network: a runtime may have to lay out the tensor anew around it.
void add_silu(std::vector<Probe>& probes, std::uint64_t seed) {
  constexpr std::array kPlans{
      ConvPlan{16, 16, 160, 1, 1, 1},
      ConvPlan{64, 64, 80, 1, 1, 1},
      ConvPlan{128, 128, 40, 1, 1, 1},
      ConvPlan{256, 256, 20, 1, 1, 1},
  };
  for (auto plan : kPlans) {
    const auto same = conv_point(plan, false);
    Probe probe{.kernels = kChain};
    for (std::size_t i = 0; i < probes.size(); ++i) {
      const auto& other = probes[i].point;
      if (other.probe == same.probe && !other.quantized && other.m == same.m && other.n == same.n &&
          other.k == same.k)
        probe.without = i;
    }
    plan.silu = true;
    probe.point.probe = "Sigmoid+Mul";
    probe.point.m = probe.point.work = static_cast<double>(plan.places() * plan.out) * 8;
    probe.build = [plan, seed] { return conv_model(plan, seed); };
    probes.push_back(std::move(probe));
  }
}

}  // namespace

void add_convolutions(std::vector<Probe>& probes, std::uint64_t seed) {
  add_convs(probes, seed);
  add_quantized_convs(probes, seed);
  add_silu(probes, seed);
}

}  // namespace jetmeter
