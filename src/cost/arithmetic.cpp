#include "cost/arithmetic.h"

#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "cost/shape_math.h"

namespace jetmeter {
namespace {

using Integer = std::int64_t;

bool is_floating(ElementType type) {
  return type == ElementType::float32 || type == ElementType::float16 ||
         type == ElementType::bfloat16 || type == ElementType::float64;
}

// Integers and floats of one element; of each operator at most one is asked for.
struct Scalar {
  Integer integer = 0;
  double real = 0;
};
using Numbers = std::array<Scalar, 3>;  // of the inputs

struct Operation {
  std::string_view op;
  std::size_t inputs;
  std::optional<Integer> (*integers)(const Numbers&);
  std::optional<double> (*reals)(const Numbers&);
};

std::optional<Integer> plus(const Numbers& n) {
  Integer sum = 0;
  return __builtin_add_overflow(n[0].integer, n[1].integer, &sum) ? std::nullopt
                                                                  : std::optional(sum);
}
std::optional<Integer> minus(const Numbers& n) {
  Integer left = 0;
  return __builtin_sub_overflow(n[0].integer, n[1].integer, &left) ? std::nullopt
                                                                   : std::optional(left);
}
std::optional<Integer> times(const Numbers& n) {
  Integer product = 0;
  return __builtin_mul_overflow(n[0].integer, n[1].integer, &product) ? std::nullopt
                                                                      : std::optional(product);
}

bool divides(const Numbers& n) {
  return n[1].integer != 0 &&
         !(n[1].integer == -1 && n[0].integer == std::numeric_limits<Integer>::min());
}

std::optional<Integer> divided(const Numbers& n) {
  return divides(n) ? std::optional(n[0].integer / n[1].integer) : std::nullopt;
}
// The sign of the divisor, as ONNX has it for integers.
std::optional<Integer> remainder_of(const Numbers& n) {
  if (!divides(n)) return std::nullopt;
  const auto left = n[0].integer % n[1].integer;
  return left != 0 && (left < 0) != (n[1].integer < 0) ? left + n[1].integer : left;
}
std::optional<Integer> negated(const Numbers& n) {
  return minus({Scalar{}, n[0], Scalar{}});
}
std::optional<Integer> absolute(const Numbers& n) {
  return n[0].integer < 0 ? negated(n) : std::optional(n[0].integer);
}

template <typename F>
constexpr auto on_integers(F) {
  return +[](const Numbers& n) -> std::optional<Integer> {
    return F{}(n[0].integer, n[1].integer, n[2].integer);
  };
}
template <typename F>
constexpr auto on_reals(F) {
  return +[](const Numbers& n) -> std::optional<double> {
    const double value = F{}(n[0].real, n[1].real, n[2].real);
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
  };
}

constexpr std::array kOperations{
    Operation{"Add", 2, plus, on_reals([](double a, double b, double) { return a + b; })},
    Operation{"Sub", 2, minus, on_reals([](double a, double b, double) { return a - b; })},
    Operation{"Mul", 2, times, on_reals([](double a, double b, double) { return a * b; })},
    Operation{"Div", 2, divided, on_reals([](double a, double b, double) { return a / b; })},
    Operation{"Mod", 2, remainder_of, nullptr},
    Operation{"Neg", 1, negated, on_reals([](double a, double, double) { return -a; })},
    Operation{"Abs", 1, absolute, on_reals([](double a, double, double) { return std::abs(a); })},
    Operation{"Min", 2, on_integers([](Integer a, Integer b, Integer) { return std::min(a, b); }),
              on_reals([](double a, double b, double) { return std::min(a, b); })},
    Operation{"Max", 2, on_integers([](Integer a, Integer b, Integer) { return std::max(a, b); }),
              on_reals([](double a, double b, double) { return std::max(a, b); })},
    Operation{"Floor", 1, nullptr,
              on_reals([](double a, double, double) { return std::floor(a); })},
    Operation{"Ceil", 1, nullptr, on_reals([](double a, double, double) { return std::ceil(a); })},
    // Half to even, which is the rounding mode that nobody has changed.
    Operation{"Round", 1, nullptr,
              on_reals([](double a, double, double) { return std::nearbyint(a); })},
    Operation{"Sqrt", 1, nullptr, on_reals([](double a, double, double) { return std::sqrt(a); })},
    Operation{"Equal", 2,
              on_integers([](Integer a, Integer b, Integer) -> Integer { return a == b; }),
              nullptr},
    Operation{"Less", 2,
              on_integers([](Integer a, Integer b, Integer) -> Integer { return a < b; }), nullptr},
    Operation{"LessOrEqual", 2,
              on_integers([](Integer a, Integer b, Integer) -> Integer { return a <= b; }),
              nullptr},
    Operation{"Greater", 2,
              on_integers([](Integer a, Integer b, Integer) -> Integer { return a > b; }), nullptr},
    Operation{"GreaterOrEqual", 2,
              on_integers([](Integer a, Integer b, Integer) -> Integer { return a >= b; }),
              nullptr},
    Operation{"And", 2, on_integers([](Integer a, Integer b, Integer) -> Integer {
                return a != 0 && b != 0;
              }),
              nullptr},
    Operation{"Or", 2, on_integers([](Integer a, Integer b, Integer) -> Integer {
                return a != 0 || b != 0;
              }),
              nullptr},
    Operation{"Not", 1, on_integers([](Integer a, Integer, Integer) -> Integer { return a == 0; }),
              nullptr},
    Operation{"Where", 3,
              on_integers([](Integer c, Integer a, Integer b) { return c != 0 ? a : b; }), nullptr},
};

// Where the elements of `input` lie when it is brought to `shape`.
std::vector<std::size_t> broadcast_places(const Shape& input, const Shape& shape) {
  auto strides = strides_of(input);
  for (std::size_t i = 0; i < input.size(); ++i)
    if (input[i] == 1) strides[i] = 0;
  strides.insert(strides.begin(), shape.size() - input.size(), 0);
  return places_of(shape, strides);
}

template <typename T, typename Compute>
std::optional<std::vector<T>> computed(const NodeInputs& inputs, const Shape& shape,
                                       Compute compute, T Scalar::*member,
                                       std::optional<std::vector<T>> TensorFact::*values) {
  std::vector<std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!(inputs.at(i).*values)) return std::nullopt;
    places.push_back(broadcast_places(inputs.shape(i), shape));
  }
  std::vector<T> result;
  for (std::size_t at = 0; at < places[0].size(); ++at) {
    Numbers numbers;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      numbers[i].*member = (inputs.at(i).*values)->at(places[i][at]);
    const auto value = compute(numbers);
    if (!value) return std::nullopt;
    result.push_back(*value);
  }
  return result;
}

std::optional<Integer> truncated(double value) {
  if (!(std::abs(value) < 0x1p62)) return std::nullopt;
  return static_cast<Integer>(value);
}

void cast_values(const TensorFact& from, TensorFact& to) {
  if (is_floating(to.type)) {
    if (from.integers)
      to.floats = std::vector<double>(from.integers->begin(), from.integers->end());
    if (from.floats) to.floats = from.floats;
    return;
  }
  std::vector<Integer> integers;
  if (from.integers) integers = *from.integers;
  if (from.floats)
    for (const auto value : *from.floats) {
      const auto whole = truncated(value);
      if (!whole) return;
      integers.push_back(*whole);
    }
  if (to.type == ElementType::boolean)
    for (auto& value : integers) value = value != 0;
  to.integers = std::move(integers);
}

}  // namespace

void compute_values(const NodeInputs& inputs, TensorFact& output) {
  if (!output.shape || !is_small(*output.shape)) return;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!inputs.has(i) || !has_values(inputs.at(i))) return;
  const auto& op = inputs.node().op;
  if (op == "Cast" || op == "CastLike") return cast_values(inputs.at(0), output);
  for (const auto& operation : kOperations) {
    if (operation.op != op || operation.inputs != inputs.size()) continue;
    if (operation.integers)
      output.integers = computed(
          inputs, *output.shape, operation.integers, &Scalar::integer,
          static_cast<std::optional<std::vector<Integer>> TensorFact::*>(&KnownTensor::integers));
    if (operation.reals)
      output.floats =
          computed(inputs, *output.shape, operation.reals, &Scalar::real, &TensorFact::floats);
  }
}

}  // namespace jetmeter
