// LSTM, GRU and RNN. Operations are the multiply-adds of the gates.
#include <fmt/format.h>

#include <array>

#include "cost/families.h"

namespace jetmeter {
namespace {

// X [steps, batch, in], W [directions, gates x hidden, in], R [directions, gates x hidden, hidden].
Inferred<Outputs> recurrent(const NodeInputs& inputs) {
  const auto& x = inputs.shape(0);
  const auto& w = inputs.shape(1);
  const auto& r = inputs.shape(2);
  if (x.size() != 3 || w.size() != 3 || r.size() != 3 || x[2] != w[2])
    return contradiction(fmt::format("cannot apply gates of {} and {} to an input of {}",
                                     format_shape(w), format_shape(r), format_shape(x)));
  const bool batch_first = int_attribute(inputs.node(), "layout", 0) != 0;
  const auto directions = w[0];
  const auto hidden = r[2];
  const auto all =
      batch_first ? Shape{x[0], x[1], directions, hidden} : Shape{x[0], directions, x[1], hidden};
  const auto last = batch_first ? Shape{x[0], directions, hidden} : Shape{directions, x[1], hidden};
  auto outputs = one_output(inputs.type(0), all);
  outputs.push_back(fact_of(inputs.type(0), last));
  outputs.push_back(fact_of(inputs.type(0), last));  // LSTM's cells
  return outputs;
}

Flops of_gates(const NodeInputs& inputs, const Outputs&) {
  const auto& x = inputs.shape(0);
  const auto gates = sum_of(elements_of(inputs.at(1)), elements_of(inputs.at(2)));
  if (!gates) return std::nullopt;
  return product_of(
      {2, static_cast<std::uint64_t>(x[0]), static_cast<std::uint64_t>(x[1]), *gates});
}

constexpr std::array kRules{
    OperatorRule{"LSTM", 3, recurrent, of_gates},
    OperatorRule{"GRU", 3, recurrent, of_gates},
    OperatorRule{"RNN", 3, recurrent, of_gates},
};

}  // namespace

std::span<const OperatorRule> recurrent_rules() {
  return kRules;
}

}  // namespace jetmeter
