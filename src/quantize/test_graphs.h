// Small networks for this module's tests.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "jetmeter/graph_builder.h"

namespace jetmeter {

// Different values of both signs, the same at every call.
inline std::vector<float> wave(std::size_t n, float height = 0.5F) {
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i)
    values[i] = height * std::sin(static_cast<float>(i) * 1.7F + 0.3F);
  return values;
}

inline std::string conv(GraphBuilder& g, const std::string& name, const std::string& input,
                        std::int64_t in, std::int64_t out) {
  const auto n = static_cast<std::size_t>(in * out * 9);
  return g.node("Conv", name,
                {input, g.floats(name + ".w", {out, in, 3, 3}, wave(n)),
                 g.floats(name + ".b", {out}, wave(static_cast<std::size_t>(out), 0.2F))},
                {{"kernel_shape", std::vector<std::int64_t>{3, 3}},
                 {"pads", std::vector<std::int64_t>{1, 1, 1, 1}}});
}

// x -> conv a -> SiLU -> conv b, + SiLU -> conv c -> Sigmoid -> y
inline ModelGraph silu_network(std::int64_t opset = 13) {
  GraphBuilder g("silu", opset);
  const auto x = g.input("x", {1, 2, 6, 6});
  const auto a = conv(g, "a", x, 2, 4);
  const auto silu = g.node("Mul", "a_silu", {a, g.node("Sigmoid", "a_gate", {a})});
  const auto b = conv(g, "b", silu, 4, 4);
  const auto sum = g.node("Add", "sum", {b, silu});
  const auto c = conv(g, "c", sum, 4, 3);
  g.node("Sigmoid", "y", {c});
  g.output("y", {1, 3, 6, 6});
  return g.take();
}

// x -> conv a -> Relu -> MaxPool -> conv b = y
inline ModelGraph relu_network() {
  GraphBuilder g("relu");
  const auto x = g.input("x", {1, 2, 6, 6});
  const auto relu = g.node("Relu", "relu", {conv(g, "a", x, 2, 4)});
  const auto pool = g.node("MaxPool", "pool", {relu},
                           {{"kernel_shape", std::vector<std::int64_t>{2, 2}},
                            {"strides", std::vector<std::int64_t>{2, 2}}});
  conv(g, "y", pool, 4, 3);
  g.output("y", {1, 3, 3, 3});
  return g.take();
}

}  // namespace jetmeter
