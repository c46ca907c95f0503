// What a model costs before anything runs it: the shape of every tensor, and operations, bytes and
// memory of every layer. Of our own making, from the graph alone. What is not known - an operator,
// an open axis - is absent and named, never 0. Pure; may be called from any thread.
//
// Operations, by the operators' definitions in ONNX, come in two kinds:
// - `flops`, what published figures count: the multiply-adds of convolutions, products of matrices
//   and recurrent gates, two operations each. A bias is where a sum starts, and costs nothing;
// - `other_flops`: an elementwise operator, activations among them, is one for each element that it
//   writes; a softmax 5, a normalisation 7 (batch normalisation 2, as it is applied), quantising 2;
//   a pool is one for each element of each window, a reduction one for each element that it reads,
//   a linear resize two for each pixel that is mixed.
// Moving and renaming is neither: Cast, Concat, Gather, Reshape, Slice, Transpose, Where, ...
// What only renames bytes (Reshape, Squeeze, Flatten, Identity, Dropout) moves none either; Gather
// and Slice read as much as they write. An If costs the branch that its condition chooses, else
// the one of more flops that can be; its bodies are no layers of their own.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/graph.h"
#include "jetmeter/model.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// ---- shapes ------------------------------------------------------------------------------------

struct KnownTensor {
  ElementType type = ElementType::other;
  std::optional<Shape> shape;  // no axis is open
  // The values, where they are integers that shapes may hang on (at most 4096 of them).
  std::optional<std::vector<std::int64_t>> integers;
};

struct UnknownNode {
  std::string node;  // as describe() has it
  std::string why;   // "jetmeter does not know the operator", "axis batch of input 'x' is open"
};

// Every tensor of the main graph by name, inputs, weights and outputs among them. Where a rule
// cannot tell, the file is taken at its word.
struct ShapeTable {
  std::unordered_map<std::string, KnownTensor> tensors;
  std::vector<UnknownNode> unknown;  // nodes whose outputs have no shape

  const KnownTensor* find(const std::string& name) const;  // null: nothing is known of it
};

// Follows the graph from its inputs, with sizes for open axes. A contradiction (a MatMul of 3x4 by
// 5x6, an extent that overflows) is an error in one sentence; what is merely unknown is not.
Result<ShapeTable> propagate_shapes(const ModelGraph&, const ShapeHints& = {});

// ---- cost --------------------------------------------------------------------------------------

struct LayerCost {
  std::string name, op;                // as the graph has them; op with its domain
  std::vector<Shape> inputs, outputs;  // of those that are known; weights are not among them
  // Absent: the operator or a shape is not known.
  std::optional<std::uint64_t> flops, other_flops;
  std::optional<std::uint64_t> read_bytes;   // activations and weights
  std::optional<std::uint64_t> write_bytes;  // activations
  std::uint64_t parameters = 0;              // ModelCost's, of which it is the first reader
  std::uint64_t weight_bytes = 0;            // of all weights that it reads
  std::size_t node = 0;                      // in Graph::nodes
};

struct ModelCost {
  // Elements of the weights of floats or quantised numbers that were learned, each weight once. Not
  // among them: scales, zero points and other arguments, scalars of elementwise operators, and
  // Constant nodes but those that a product or a convolution multiplies by.
  std::uint64_t parameters = 0;
  std::uint64_t weight_bytes = 0;  // of all weights and Constant nodes, those of bodies included
  // Of the layers that are known; absent when none is.
  std::optional<std::uint64_t> flops, other_flops;
  std::optional<std::uint64_t> read_bytes, write_bytes;
  // The most that live tensors need at one time, each with a buffer of its own from birth to last
  // use, inputs and outputs throughout, as ModelMemory has it; absent unless every shape is known.
  std::optional<std::uint64_t> peak_activation_bytes;
  // Beside it, the most that the tensors of one node's bodies need, counted in the same way, of the
  // branch that needs more where either may be taken; 0 without bodies, and absent as that is.
  std::optional<std::uint64_t> peak_body_bytes;
  std::string peak_layer;
  std::vector<LayerCost> layers;  // in the order of execution; Constant nodes are not layers
  std::map<std::string, std::uint64_t> unknown_operators;  // nodes by operator
  std::vector<UnknownNode> unknown;                        // why a layer has no cost
  bool complete() const { return unknown.empty(); }
};
Result<ModelCost> model_cost(const ModelGraph&, const ShapeHints& = {});
ModelCost model_cost(const ModelGraph&, const ShapeTable&);

}  // namespace jetmeter
