#include "cost/rule.h"

#include <fmt/format.h>

#include <utility>

namespace jetmeter {

tl::unexpected<Obstacle> cannot_tell(std::string why) {
  return tl::make_unexpected(Obstacle{false, std::move(why)});
}

tl::unexpected<Obstacle> contradiction(std::string what) {
  return tl::make_unexpected(Obstacle{true, std::move(what)});
}

TensorFact fact_of(ElementType type, Shape shape) {
  TensorFact fact;
  fact.type = type;
  fact.shape = std::move(shape);
  return fact;
}

Outputs one_output(ElementType type, Shape shape) {
  Outputs outputs;
  outputs.push_back(fact_of(type, std::move(shape)));
  return outputs;
}

NodeInputs::NodeInputs(const Node& node, std::int64_t opset, std::vector<const TensorFact*> facts)
    : node_(node), opset_(opset), facts_(std::move(facts)) {}

Inferred<std::vector<std::int64_t>> NodeInputs::integers(std::size_t i) const {
  if (!has(i)) return contradiction(fmt::format("needs an input {}", i));
  if (!at(i).integers)
    return cannot_tell(
        fmt::format("its shape hangs on the values of {}", in_quotes(node_.inputs[i])));
  return *at(i).integers;
}

Inferred<std::int64_t> NodeInputs::integer(std::size_t i) const {
  const auto values = integers(i);
  if (!values) return tl::make_unexpected(values.error());
  if (values->size() != 1)
    return contradiction(
        fmt::format("needs one number in {}, not {}", in_quotes(node_.inputs[i]), values->size()));
  return values->front();
}

Inferred<std::vector<double>> NodeInputs::floats(std::size_t i) const {
  if (!has(i)) return contradiction(fmt::format("needs an input {}", i));
  if (!at(i).floats)
    return cannot_tell(
        fmt::format("its shape hangs on the values of {}", in_quotes(node_.inputs[i])));
  return *at(i).floats;
}

Inferred<std::optional<std::vector<std::int64_t>>> NodeInputs::integers(std::string_view name,
                                                                        std::size_t i) const {
  using Found = std::optional<std::vector<std::int64_t>>;
  if (const auto* several = attribute<std::vector<std::int64_t>>(node_, name))
    return Found(*several);
  if (const auto* single = attribute<std::int64_t>(node_, name)) return Found(std::vector{*single});
  if (!has(i)) return Found();
  auto values = integers(i);
  if (!values) return tl::make_unexpected(values.error());
  return Found(*std::move(values));
}

}  // namespace jetmeter
