// What loading and running a model takes, read from its file before anything is loaded. An ONNX
// file says how many bytes its weights have and, through its shapes, how many its activations need;
// what a runtime adds to that is a RuntimeProfile. Nothing here keeps state; everything may be
// called from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// Sizes for the axes that a file leaves open. A size for an axis that the file fixes otherwise is
// an error; one for an input or an axis that the file does not have is passed over.
struct ShapeHints {
  std::vector<std::pair<std::string, Shape>> inputs;  // whole shapes, by input
  std::map<std::string, std::int64_t> axes;           // by the axis' own name: {"batch", 1}
};

// The weights of one element type.
struct WeightBytes {
  ElementType type = ElementType::other;
  std::uint64_t tensors = 0;
  std::uint64_t elements = 0;
  std::uint64_t bytes = 0;
};

// What becomes of a node when a runtime has optimised the graph, as far as memory is concerned.
enum class NodeMemory {
  allocates,  // its outputs are new buffers
  shares,     // its outputs may lie where an input was: element by element, or another shape
  folds       // computed once, before the first run: nothing but constants enters
};

// A tensor between two nodes. Steps number the nodes in the order of execution; bodies of control
// flow are counted in, one branch after the other.
struct Activation {
  std::uint64_t bytes = 0;
  std::uint32_t born = 0;  // step of the node that writes it
  std::uint32_t dies = 0;  // step of the last node that reads it
};

struct ModelMemory {
  std::uint64_t file_bytes = 0;
  std::map<std::string, std::int64_t> opsets;      // by domain; "" is the standard one
  std::vector<TensorSpec> inputs, outputs;         // initialisers are not inputs; hints are applied
  std::uint64_t nodes = 0;                         // bodies of control flow included
  std::map<std::string, std::uint64_t> operators;  // nodes by operator

  std::vector<WeightBytes> weights;  // by type, the largest first; Constant nodes included
  std::uint64_t weight_bytes = 0;    // of all types, external data included
  std::uint64_t external_bytes = 0;  // the part of weight_bytes that lies in other files
  // Weights whose first reader is such an operator: runtimes keep some of them in a second layout.
  std::map<std::string, std::uint64_t> weight_bytes_by_reader;
  bool weights_may_be_overridden = false;  // weights are listed among the inputs (before IR 4)

  // Exact for the graph as it is written: every tensor has a buffer of its own from its birth to
  // its last use; inputs live from the start and outputs to the end.
  std::uint64_t peak_activation_bytes = 0;
  std::uint64_t sum_activation_bytes = 0;  // of all activations, inputs and outputs included
  std::uint64_t largest_tensor_bytes = 0;  // of the activations
  std::uint64_t input_output_bytes = 0;
  std::uint64_t activations = 0;
  std::uint64_t unknown_shapes = 0;        // activations that no count above holds
  std::vector<std::string> unknown_names;  // of the first few
  std::string unknown_why;                 // "axis batch of input 'x' is open"; may be empty

  // What is left to hold at run time when constants are folded, activation functions are fused into
  // the node before them, and nodes that can work in place do. Neither inputs nor outputs.
  std::vector<Activation> planned;
};

// Reads an ONNX file. Weights are counted, not kept; of external data only the sizes are looked at.
// The error is one sentence and names the file.
Result<ModelMemory> read_model_memory(const std::filesystem::path&, const ShapeHints&);

}  // namespace jetmeter
