// What a rule knows when it is asked for the shapes of a node's outputs, and what it may answer.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "jetmeter/cost.h"
#include "jetmeter/graph.h"

namespace jetmeter {

// Tensors of more elements are followed by their shape alone.
inline constexpr std::size_t kMostValues = 4096;
// No operator is defined for more axes than people use; hostile files have thousands.
inline constexpr std::size_t kMostAxes = 64;

// What is known of a tensor while shapes are followed. Numbers that are no integers matter too:
// the scales of a Resize are computed from them.
struct TensorFact : KnownTensor {
  std::optional<std::vector<double>> floats;
};

// Why there is no answer.
struct Obstacle {
  bool contradiction = false;  // the graph is wrong, rather than too little known
  std::string what;            // to be read after the node: "cannot multiply 3x4 by 5x6"
};
template <typename T>
using Inferred = tl::expected<T, Obstacle>;

tl::unexpected<Obstacle> cannot_tell(std::string why);
tl::unexpected<Obstacle> contradiction(std::string what);

using Outputs = std::vector<TensorFact>;
TensorFact fact_of(ElementType, Shape);
Outputs one_output(ElementType, Shape);

// The inputs of one node. All that are given have a shape when a rule is asked.
class NodeInputs {
 public:
  NodeInputs(const Node& node, std::int64_t opset, std::vector<const TensorFact*> facts);

  const Node& node() const { return node_; }
  std::int64_t opset() const { return opset_; }
  std::size_t size() const { return facts_.size(); }
  bool has(std::size_t i) const { return i < facts_.size() && facts_[i] != nullptr; }
  // REQUIRES of these: has(i).
  const TensorFact& at(std::size_t i) const { return *facts_[i]; }
  const Shape& shape(std::size_t i) const { return *facts_[i]->shape; }
  std::int64_t rank(std::size_t i) const { return std::ssize(shape(i)); }
  ElementType type(std::size_t i) const { return facts_[i]->type; }

  // The values of an input that says how; cannot_tell() where they are computed from data.
  Inferred<std::vector<std::int64_t>> integers(std::size_t i) const;
  Inferred<std::int64_t> integer(std::size_t i) const;  // of one element
  Inferred<std::vector<double>> floats(std::size_t i) const;
  // The attribute of earlier opsets, else the input of later ones; absent when neither is there.
  Inferred<std::optional<std::vector<std::int64_t>>> integers(std::string_view attribute,
                                                              std::size_t i) const;

 private:
  const Node& node_;
  std::int64_t opset_;
  std::vector<const TensorFact*> facts_;
};

// Which bytes a layer moves.
enum class ByteTraffic {
  all,      // reads what it is given, writes what it makes
  none,     // gives another name or shape to the same bytes
  gathered  // of its first input, reads as much as it writes
};

struct OperatorRule {
  std::string_view name;  // with its domain, as operator_name() has it
  std::size_t min_inputs = 1;
  Inferred<Outputs> (*shape)(const NodeInputs&) = nullptr;
  // Absent: more than 64 bits hold, or a form that the rule does not know. Asked for shapes that
  // the rule gave, or that the file tells where the rule cannot.
  std::optional<std::uint64_t> (*flops)(const NodeInputs&, const Outputs&) = nullptr;
  ByteTraffic traffic = ByteTraffic::all;
  // Bits of the inputs that say how to compute: scales, axes, zero points. No parameters.
  std::uint32_t arguments = 0;
  // Bits of inputs among the first min_inputs that may be left out all the same: zero points.
  std::uint32_t may_lack = 0;
};

// Null: the operator is not known. `name` as operator_name() has it.
const OperatorRule* find_rule(std::string_view name);

}  // namespace jetmeter
