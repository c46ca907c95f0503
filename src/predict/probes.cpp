#include "predict/probes.h"

#include <array>
#include <cmath>
#include <random>
#include <string>

#include "jetmeter/graph_builder.h"
#include "predict/point_rates.h"

namespace jetmeter {
namespace {

constexpr int kChain = 4;  // kernels in a row: what enters and leaves is paid once
constexpr int kTinyOperators = 64;
constexpr std::int64_t kOpset = 17;

std::string numbered(const char* stem, int i) {
  return stem + std::to_string(i);
}

// Weights that keep the size of what flows through them.
std::vector<float> random_weights(std::uint64_t seed, std::int64_t count, double inputs) {
  std::mt19937_64 engine(seed);
  const auto bound = static_cast<float>(std::sqrt(3 / inputs));
  std::vector<float> weights(static_cast<std::size_t>(count));
  for (auto& weight : weights)
    weight = bound * (static_cast<float>(engine() >> 40) / static_cast<float>(1 << 23) - 1);
  return weights;
}

std::vector<std::byte> random_bytes(std::uint64_t seed, std::int64_t count) {
  std::mt19937_64 engine(seed);
  std::vector<std::byte> bytes(static_cast<std::size_t>(count));
  for (auto& byte : bytes) byte = static_cast<std::byte>(engine() >> 56);
  return bytes;
}

// ---- convolutions ------------------------------------------------------------------------------

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

// ---- products ----------------------------------------------------------------------------------

struct MatMulPlan {
  std::int64_t m, k, n;
  std::int64_t groups = 0;  // 0: the right side is a weight
};

ModelGraph matmul_model(const MatMulPlan& plan, std::uint64_t seed) {
  GraphBuilder graph("matmul", kOpset);
  const bool stacked = plan.groups > 0;
  const Shape left = stacked ? Shape{plan.groups, plan.m, plan.k} : Shape{plan.m, plan.k};
  const Shape result = stacked ? Shape{plan.groups, plan.m, plan.n} : Shape{plan.m, plan.n};
  const auto x = graph.input("x", left);
  for (int i = 0; i < kChain; ++i) {
    const auto name = numbered("w", i);
    const auto right =
        stacked ? graph.input(name, {plan.groups, plan.k, plan.n})
                : graph.floats(name, {plan.k, plan.n},
                               random_weights(seed + static_cast<std::uint64_t>(i), plan.k * plan.n,
                                              static_cast<double>(plan.k)));
    graph.output(graph.node("MatMul", numbered("product", i), {x, right}), result);
  }
  return graph.take();
}

ModelGraph integer_matmul_model(const MatMulPlan& plan, std::uint64_t seed) {
  GraphBuilder graph("matmul_integer", kOpset);
  const auto x = graph.input("x", {plan.m, plan.k}, ElementType::uint8);
  const auto zero = graph.weight(raw_tensor("zero", ElementType::uint8, {}, {std::byte{128}}));
  for (int i = 0; i < kChain; ++i) {
    const auto weight =
        graph.weight(raw_tensor(numbered("w", i), ElementType::uint8, {plan.k, plan.n},
                                random_bytes(seed, plan.k * plan.n)));
    graph.output(graph.node("MatMulInteger", numbered("product", i), {x, weight, zero, zero}),
                 {plan.m, plan.n}, ElementType::int32);
  }
  return graph.take();
}

CalibrationPoint matmul_point(const MatMulPlan& plan, bool quantized) {
  const auto groups = static_cast<double>(std::max<std::int64_t>(plan.groups, 1));
  CalibrationPoint point;
  point.probe = quantized ? "integer_matmul" : "matmul";
  point.quantized = quantized;
  point.m = static_cast<double>(plan.m);
  point.n = static_cast<double>(plan.n);
  point.k = static_cast<double>(plan.k);
  point.work = 2 * point.m * point.n * point.k * groups;
  return point;
}

void add_matmuls(std::vector<Probe>& probes, std::uint64_t seed) {
  constexpr std::array kPlans{
      MatMulPlan{197, 768, 768},    MatMulPlan{197, 768, 3072},   MatMulPlan{197, 3072, 768},
      MatMulPlan{64, 256, 256},     MatMulPlan{1, 512, 1000},     MatMulPlan{1, 2048, 1000},
      MatMulPlan{8, 512, 512},      MatMulPlan{1024, 256, 256},   MatMulPlan{4096, 64, 64},
      MatMulPlan{197, 64, 197, 12}, MatMulPlan{197, 197, 64, 12}, MatMulPlan{400, 32, 400, 2},
      MatMulPlan{1024, 64, 512, 1},
  };
  for (const auto& plan : kPlans)
    probes.push_back({.point = matmul_point(plan, false), .kernels = kChain, .build = [plan, seed] {
                        return matmul_model(plan, seed);
                      }});
  for (const auto& plan : {MatMulPlan{1, 1280, 1000}, MatMulPlan{197, 768, 768}})
    probes.push_back({.point = matmul_point(plan, true), .kernels = kChain, .build = [plan, seed] {
                        return integer_matmul_model(plan, seed);
                      }});
}

}  // namespace

// ---- what moves bytes --------------------------------------------------------------------------

namespace {

struct BytesPlan {
  const char* probe;  // as kernels' ops are called
  std::int64_t channels, size;
};

using Step = std::string (*)(GraphBuilder&, const std::string& x, const Shape&, int i);

struct BytesKind {
  const char* probe;
  double reads, writes;  // elements for each of the input
  Step step;
};

std::string plain(GraphBuilder& graph, const char* op, const std::string& x, int i,
                  Attributes attributes = {}) {
  return graph.node(op, numbered("y", i), {x}, std::move(attributes));
}

template <const char* const& op>
std::string unary(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  return plain(graph, op, x, i);
}

constexpr const char* kSigmoid = "Sigmoid";
constexpr const char* kRelu = "Relu";
constexpr const char* kExp = "Exp";
constexpr const char* kErf = "Erf";
constexpr const char* kQuantize = "DynamicQuantizeLinear";

std::string add_step(GraphBuilder& graph, const std::string& x, const Shape& shape, int i) {
  return graph.node("Add", numbered("y", i), {x, graph.input(numbered("z", i), shape)});
}

std::string scale_step(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  return graph.node("Mul", numbered("y", i), {x, graph.floats(numbered("s", i), {}, {1.5F})});
}

std::string gelu_step(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  const auto scaled =
      graph.node("Div", numbered("d", i), {x, graph.floats(numbered("r", i), {}, {1.4142135F})});
  const auto erf = graph.node("Erf", numbered("e", i), {scaled});
  const auto one =
      graph.node("Add", numbered("a", i), {erf, graph.floats(numbered("one", i), {}, {1.0F})});
  const auto gated = graph.node("Mul", numbered("g", i), {x, one});
  return graph.node("Mul", numbered("y", i),
                    {gated, graph.floats(numbered("half", i), {}, {0.5F})});
}

std::string softmax_step(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  return plain(graph, "Softmax", x, i, {{"axis", std::int64_t{-1}}});
}

std::string norm_step(GraphBuilder& graph, const std::string& x, const Shape& shape, int i) {
  const std::vector<float> ones(static_cast<std::size_t>(shape.back()), 1.0F);
  return graph.node("LayerNormalization", numbered("y", i),
                    {x, graph.floats(numbered("g", i), {shape.back()}, ones)},
                    {{"axis", std::int64_t{-1}}});
}

std::string mean_step(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  return plain(graph, "ReduceMean", x, i, {{"axes", std::vector<std::int64_t>{-1}}});
}

std::string pool_step(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  return plain(graph, "MaxPool", x, i,
               {{"kernel_shape", std::vector<std::int64_t>{5, 5}},
                {"pads", std::vector<std::int64_t>{2, 2, 2, 2}},
                {"strides", std::vector<std::int64_t>{1, 1}}});
}

std::string average_step(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  return plain(graph, "GlobalAveragePool", x, i);
}

std::string concat_step(GraphBuilder& graph, const std::string& x, const Shape& shape, int i) {
  return graph.node("Concat", numbered("y", i), {x, graph.input(numbered("z", i), shape)},
                    {{"axis", std::int64_t{1}}});
}

std::string transpose_step(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  return plain(graph, "Transpose", x, i, {{"perm", std::vector<std::int64_t>{0, 2, 1, 3}}});
}

std::string resize_step(GraphBuilder& graph, const std::string& x, const Shape&, int i) {
  const auto scales = graph.floats(numbered("s", i), {4}, {1, 1, 2, 2});
  return graph.node("Resize", numbered("y", i), {x, "", scales},
                    {{"mode", std::string("nearest")},
                     {"coordinate_transformation_mode", std::string("asymmetric")},
                     {"nearest_mode", std::string("floor")}});
}

std::string slice_step(GraphBuilder& graph, const std::string& x, const Shape& shape, int i) {
  const auto half = shape[1] / 2;
  return graph.node(
      "Slice", numbered("y", i),
      {x, graph.integers(numbered("b", i), {0}), graph.integers(numbered("e", i), {half}),
       graph.integers(numbered("a", i), {1})});
}

constexpr std::array kBytesKinds{
    BytesKind{"Add", 2, 1, add_step},
    BytesKind{"Mul", 1, 1, scale_step},
    BytesKind{"Relu", 1, 1, unary<kRelu>},
    BytesKind{"Sigmoid", 1, 1, unary<kSigmoid>},
    BytesKind{"Exp", 1, 1, unary<kExp>},
    BytesKind{"Erf", 1, 1, unary<kErf>},
    BytesKind{"Gelu", 1, 1, gelu_step},
    BytesKind{"Softmax", 1, 1, softmax_step},
    BytesKind{"LayerNormalization", 1, 1, norm_step},
    BytesKind{"ReduceMean", 1, 0, mean_step},
    BytesKind{"MaxPool", 1, 1, pool_step},
    BytesKind{"GlobalAveragePool", 1, 0, average_step},
    BytesKind{"Concat", 2, 2, concat_step},
    BytesKind{"Transpose", 1, 1, transpose_step},
    BytesKind{"Resize", 1, 4, resize_step},
    BytesKind{"Slice", 0.5, 0.5, slice_step},
    BytesKind{"DynamicQuantizeLinear", 1, 0.25, unary<kQuantize>},
};

// Side by side, so that a runtime cannot make one kernel of them. The outputs' shapes are left to
// it.
ModelGraph bytes_model(const BytesKind& kind, const Shape& shape) {
  GraphBuilder graph(kind.probe, kOpset);
  for (int i = 0; i < kChain; ++i) {
    const auto x = graph.input(numbered("x", i), shape);
    const auto y = kind.step(graph, x, shape, i);
    const bool quantizes = kind.step == &unary<kQuantize>;
    if (quantizes) {
      auto model = graph.take();
      auto& node = model.graph.nodes.back();
      node.outputs = {y, numbered("scale", i), numbered("zero", i)};
      model.graph.outputs.push_back({y, ElementType::uint8, 0, true, shape, {}});
      return model;
    }
    graph.output(y, Shape(shape.size(), kDynamic));
  }
  return graph.take();
}

void add_bytes(std::vector<Probe>& probes) {
  const std::array shapes{Shape{1, 16, 16, 16}, Shape{1, 32, 40, 40}, Shape{1, 64, 80, 80},
                          Shape{1, 32, 224, 224}};
  for (const auto& kind : kBytesKinds)
    for (const auto& shape : shapes) {
      Probe probe{.kernels = kChain};
      if (kind.step == &unary<kQuantize>) probe.kernels = 1;
      const auto elements = static_cast<double>(element_count(shape));
      probe.point.probe = kind.probe;
      probe.point.m = probe.point.work = elements * 4 * (kind.reads + kind.writes);
      probe.build = [&kind, shape] { return bytes_model(kind, shape); };
      probes.push_back(std::move(probe));
    }
}

}  // namespace

std::vector<Probe> calibration_probes(std::uint64_t seed) {
  std::vector<Probe> probes;
  add_convs(probes, seed);
  add_quantized_convs(probes, seed);
  add_silu(probes, seed);
  add_matmuls(probes, seed);
  add_bytes(probes);
  return probes;
}

Probe overhead_probe() {
  return {.point = {.probe = "overhead"}, .kernels = kTinyOperators, .build = [] {
            GraphBuilder graph("overhead", kOpset);
            const Shape shape{1, 8};
            auto value = graph.input("x", shape);
            for (int i = 0; i < kTinyOperators; ++i)
              value = graph.node(i % 2 == 0 ? "Sigmoid" : "Tanh", numbered("y", i), {value});
            graph.output(value, shape);
            return graph.take();
          }};
}

Probe empty_run_probe() {
  return {.point = {.probe = "run"}, .kernels = 1, .build = [] {
            GraphBuilder graph("run", kOpset);
            const Shape shape{1, 8};
            graph.node("Identity", graph.output("y", shape), {graph.input("x", shape)});
            return graph.take();
          }};
}

}  // namespace jetmeter
