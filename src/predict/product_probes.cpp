#include <array>
#include <string>

#include "jetmeter/graph_builder.h"
#include "predict/point_rates.h"
#include "predict/probe_parts.h"

namespace jetmeter {
namespace {

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

}  // namespace

void add_products(std::vector<Probe>& probes, std::uint64_t seed) {
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

}  // namespace jetmeter
