#include "model/onnx_operators.h"

#include <algorithm>
#include <array>

namespace jetmeter {
namespace {

constexpr std::array<std::string_view, 6> kRenaming{"Dropout", "Flatten", "Identity",
                                                    "Reshape", "Squeeze", "Unsqueeze"};

constexpr std::array<std::string_view, 37> kInPlace{"Abs",
                                                    "Add",
                                                    "And",
                                                    "BatchNormalization",
                                                    "Ceil",
                                                    "Celu",
                                                    "Clip",
                                                    "Div",
                                                    "Elu",
                                                    "Erf",
                                                    "Exp",
                                                    "Floor",
                                                    "Gelu",
                                                    "HardSigmoid",
                                                    "HardSwish",
                                                    "LeakyRelu",
                                                    "Log",
                                                    "Mish",
                                                    "Mod",
                                                    "Mul",
                                                    "Neg",
                                                    "Not",
                                                    "Or",
                                                    "PRelu",
                                                    "Pow",
                                                    "Reciprocal",
                                                    "Relu",
                                                    "Round",
                                                    "Selu",
                                                    "Sigmoid",
                                                    "Sign",
                                                    "Softplus",
                                                    "Softsign",
                                                    "Sqrt",
                                                    "Sub",
                                                    "Tanh",
                                                    "ThresholdedRelu"};

constexpr std::array<std::string_view, 6> kRandom{"Bernoulli",     "Multinomial",
                                                  "RandomNormal",  "RandomNormalLike",
                                                  "RandomUniform", "RandomUniformLike"};

constexpr std::array<std::string_view, 6> kActivation{"Clip", "HardSigmoid", "LeakyRelu",
                                                      "Relu", "Sigmoid",     "Tanh"};

template <std::size_t n>
bool has(const std::array<std::string_view, n>& names, std::string_view op) {
  return std::find(names.begin(), names.end(), op) != names.end();
}

}  // namespace

bool only_renames(std::string_view op) {
  return has(kRenaming, op);
}

bool works_in_place(std::string_view op) {
  return has(kInPlace, op);
}

bool is_activation_function(std::string_view op) {
  return has(kActivation, op);
}

bool is_random(std::string_view op) {
  return has(kRandom, op);
}

}  // namespace jetmeter
