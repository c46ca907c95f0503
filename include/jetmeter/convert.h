// Turns a model's graph into another one that means the same: fewer nodes, 16-bit arithmetic, fixed
// axes, pixels for an input. Every pass is a function of the graph alone and says what it did and
// what it left; none looks at a file. Weights stay where they are until the model is written: those
// that change are made then, one at a time (Tensor::generate). May be called from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "jetmeter/backend.h"
#include "jetmeter/core.h"
#include "jetmeter/cost.h"
#include "jetmeter/graph.h"
#include "jetmeter/model.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// What a pass could have changed and did not.
struct LeftNode {
  std::string node;  // as describe() has it
  std::string op;    // as operator_name() has it
  std::string why;
};

struct RewriteReport {
  std::string pass;                                 // "fold batch norm"
  std::uint64_t nodes_before = 0, nodes_after = 0;  // bodies of control flow included
  std::uint64_t weight_bytes_before = 0, weight_bytes_after = 0;
  std::vector<std::string> done;  // in words, with counts: "12 BatchNormalization into Conv"
  std::vector<LeftNode> left;
};

struct Rewrite {
  ModelGraph model;
  RewriteReport report;
};

// ---- fewer nodes -------------------------------------------------------------------------------

// Nodes that no output hangs on, weights that nobody reads, and what is said of tensors that are
// not there any more.
Rewrite remove_dead(ModelGraph);

// Identity, Dropout at inference, Cast to the type that is there already, Transpose into the same
// order and chains of them, Reshape of a Reshape. With shapes, Reshape and Expand into the shape
// that is there already.
Rewrite remove_identities(ModelGraph, const ShapeTable* = nullptr);

// BatchNormalization into the Conv, ConvTranspose or Gemm before it, or into the Conv behind it
// where that has no padding.
Rewrite fold_batch_norm(ModelGraph);

// Nodes that read nothing but weights become weights. Integers that shapes hang on are taken from
// `shapes`; the rest is computed by `runtime`, in one run of a model of those nodes alone, so that
// the numbers are exactly those that the runtime would have come to. Quantised weights stay
// quantised. What would make the file larger by more than `most_growth_bytes`, alone or with the
// others, is left, and so is what has no size before it is computed, and what divides integers by
// 0.
struct FoldOptions {
  const ShapeTable* shapes = nullptr;  // null: only what hangs on weights alone
  const Backend* runtime = nullptr;    // null: only what `shapes` knows
  std::uint64_t most_growth_bytes = std::uint64_t{1} << 20;
};
Result<Rewrite> fold_constants(ModelGraph, const FoldOptions&);

// ---- fixed axes --------------------------------------------------------------------------------

// Inputs, outputs and what is said of tensors in between get these sizes. An axis that the model
// does not have, or one that it fixes to another size, is an error.
Result<Rewrite> fix_axes(ModelGraph, const ShapeHints&);
// What is known of outputs and of tensors in between stands in the file too.
void refresh_shapes(ModelGraph&, const ShapeTable&);

// ---- 16 bits -----------------------------------------------------------------------------------

// What a float tensor was seen to hold; numbers that are not finite are counted and left out.
struct ValueRange {
  float low = 0, high = 0;
  std::uint64_t not_finite = 0;
};
using ValueRanges = std::unordered_map<std::string, ValueRange>;

// Fills the inputs of a session with the next sample; false: there is none left.
using NextSample = std::function<Result<bool>(std::span<const TensorView> inputs)>;
struct MeasureRangesOptions {
  const Backend* runtime = nullptr;     // required
  std::vector<Shape> input_shapes;      // concrete; empty: as the model declares them
  std::function<NextSample()> samples;  // starts over: called once for every batch of tensors
  // So many are outputs at the same time, of so many bytes together where shapes tell.
  std::size_t tensors_at_a_time = 64;
  std::uint64_t bytes_at_a_time = std::uint64_t{256} << 20;
  // Batches of tensors. False stops, and measure_ranges() fails. May be empty.
  std::function<bool(std::uint64_t done, std::uint64_t of)> watch;
};
// Runs the model with its float32 tensors as outputs, a batch of them at a time. Tensors in bodies
// of control flow are not seen. Fails where there is no sample, or one that is not finite.
Result<ValueRanges> measure_ranges(const ModelGraph&, const MeasureRangesOptions&);

struct PrecisionOptions {
  ElementType type = ElementType::float16;  // or bfloat16
  bool convert_io = false;                  // inputs and outputs too; otherwise they stay float32
  std::vector<std::string> keep;            // names of nodes, or operators, that stay float32
  const ValueRanges* ranges = nullptr;      // null: nothing is known of activations
};

// How weights take to 16 bits.
struct WeightLoss {
  std::uint64_t elements = 0;
  std::uint64_t overflown = 0;  // finite before, and not within the type's range
  std::uint64_t lost = 0;       // not 0 before, and 0 after
  std::uint64_t denormal = 0;   // with fewer bits than the type has
  double relative_error = 0;    // |w - rounded| / |w|, by their squares' sums
};
WeightLoss weight_loss(const Tensor&, ElementType);

struct PrecisionReport {
  std::uint64_t converted_nodes = 0;
  std::uint64_t casts = 0;   // that were added
  WeightLoss weights;        // of all that were converted; relative_error is the largest
  std::string worst_weight;  // that it is of; may be empty
};
struct PrecisionResult {
  ModelGraph model;
  RewriteReport report;
  PrecisionReport precision;
};
// Float32 becomes 16 bits except where it must not: by operator, by range, by weights that 16 bits
// cannot hold, or by wish; report.left says which and why. Fails for a type that is not of 16 bits,
// and for a name or an operator to keep that the model does not have.
Result<PrecisionResult> to_precision(ModelGraph, const PrecisionOptions&);

// ---- pixels for an input -----------------------------------------------------------------------

// tensor = (pixel * scale - mean) / stdev, by channel of the tensor.
struct EmbeddedPreprocess {
  std::string input;  // empty: the only one
  float scale = 1;
  std::array<float, 3> mean{0, 0, 0}, stdev{1, 1, 1};
  bool swap_channels = false;  // pixels come in the other order than the model wants
};
// The input keeps its name and becomes uint8, N x height x width x 3. Fails unless it is a float32
// N x 3 x height x width.
Result<Rewrite> embed_preprocess(ModelGraph, const EmbeddedPreprocess&);

}  // namespace jetmeter
