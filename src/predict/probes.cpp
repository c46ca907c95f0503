#include "predict/probes.h"

#include <cmath>
#include <random>
#include <string>

#include "jetmeter/graph_builder.h"
#include "predict/probe_parts.h"

namespace jetmeter {
namespace {

constexpr int kTinyOperators = 64;

}  // namespace

std::string numbered(const char* stem, int i) {
  return stem + std::to_string(i);
}

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

std::vector<Probe> calibration_probes(std::uint64_t seed) {
  std::vector<Probe> probes;
  add_convolutions(probes, seed);
  add_products(probes, seed);
  add_movers(probes);
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
