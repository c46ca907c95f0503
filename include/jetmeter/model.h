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

// Bytes that are held from one node to another. Steps number the nodes in the order of execution.
struct Activation {
  std::uint64_t bytes = 0;
  std::uint32_t born = 0;  // step of the node that writes it
  std::uint32_t dies = 0;  // step of the last node that reads it
  bool workspace = false;  // no tensor: what one node needs while it runs
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
  // By the operator that reads them first: runtimes lay some of them out anew.
  std::map<std::string, std::uint64_t> weight_bytes_by_reader;
  std::uint64_t half_weight_bytes = 0;  // of float16 and bfloat16
  std::uint64_t body_weight_bytes = 0;  // in bodies of control flow, once for each body around it
  std::uint64_t largest_weight_bytes = 0;
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

  // The buffers that ONNX Runtime plans for it, inputs and outputs not among them.
  std::vector<Activation> planned;
  // What all activations need at their peak, inputs and outputs included, where somebody has worked
  // it out by other means than the file's shapes and ONNX' own inference, which all above rests on.
  std::optional<std::uint64_t> worked_out_activation_bytes;
};

// Reads an ONNX file. Weights are counted, not kept; of external data only the sizes are looked at.
// The error is one sentence and names the file.
Result<ModelMemory> read_model_memory(const std::filesystem::path&, const ShapeHints&);

// How a runtime turns a file's bytes into a process's. Each number is something the runtime does.
struct RuntimeRules {
  // How often the bytes of a weight are in the process when it is loaded: as they were read, and in
  // the layout that its kernels want. The allocator keeps what is freed in between.
  double weight_copies = 2;
  // The same for weights of Conv that the file does not let be overridden, and how many more of the
  // largest are in flight at the same time.
  double conv_weight_copies = 2;
  double weights_in_flight = 0;
  double body_copies = 0;              // further copies of a weight for each body that it lies in
  bool widens_halves = false;          // computes in float32 what is stored in 16 bits
  std::uint64_t bytes_per_node = 0;    // of the runtime's own description of the graph
  std::uint64_t bytes_per_thread = 0;  // for each thread after the first
};
// Absent for a runtime of which nobody has found out. `architecture` as uname names it: "x86_64".
std::optional<RuntimeRules> runtime_rules(std::string_view backend, std::string_view architecture);

// A runtime on this machine. The base is measured: a worker that has loaded and run a model of next
// to nothing. What a forecast foretells is measured in the same way, as PSS or as peak RSS.
struct RuntimeProfile {
  std::string backend;          // "onnxruntime"
  std::string backend_version;  // as its probe says
  std::string device;           // "cpu"
  std::string jetmeter_version;
  std::uint64_t base_bytes = 0;
  // Other processes mapped the same libraries while it was measured, and took their share of them:
  // for one that runs alone it is too low.
  bool beside_others = false;
  friend bool operator==(const RuntimeProfile&, const RuntimeProfile&) = default;
};

struct PeakForecast {
  std::uint64_t weight_bytes = 0;  // as the runtime holds them, the graph included
  // Inputs, outputs and the runtime's arena; or, where shapes had to be worked out, what lives.
  std::uint64_t activation_bytes = 0;
  std::uint64_t runtime_bytes = 0;    // the base and the threads
  std::uint64_t peak_bytes = 0;       // the sum, or more where loading takes more
  std::vector<std::string> rests_on;  // what it assumed
};
// So much of the activations has no known size that a forecast cannot pass over it.
bool too_many_unknown_shapes(const ModelMemory&);

// Over the whole run: load, first inference and all that follow, with this many threads in the
// runtime. Fails, with the reason, where it cannot be told: shapes are unknown, or the runtime
// is not one that runtime_rules() knows.
Result<PeakForecast> forecast_peak(const ModelMemory&, const RuntimeProfile&,
                                   const std::optional<RuntimeRules>&, int threads);

// One JSON file per runtime and device, in a folder that is made when it is missing.
std::filesystem::path profile_file(const std::filesystem::path& folder, const RuntimeProfile&);
std::string to_json(const RuntimeProfile&);
Result<RuntimeProfile> runtime_profile_from_json(std::string_view);

// The profile of `wanted` (all fields but the base): from the folder when it holds one of the same
// versions, measured and stored there otherwise. One that was measured beside others serves as long
// as others run. A file that is damaged, of other versions or without a plausible base is measured
// again and replaced; a folder that cannot be written costs a measurement at each run, nothing
// else. `measure` gives the base's bytes.
struct CachedProfile {
  RuntimeProfile profile;
  bool measured = false;  // now, rather than read
};
Result<CachedProfile> cached_profile(const std::filesystem::path& folder,
                                     const RuntimeProfile& wanted,
                                     const std::function<Result<std::uint64_t>()>& measure);
// "$XDG_CACHE_HOME/jetmeter", or "$HOME/.cache/jetmeter"; of the two values as the environment has
// them. Absent when neither is an absolute path.
std::optional<std::filesystem::path> cache_folder(std::string_view xdg_cache_home,
                                                  std::string_view home);

}  // namespace jetmeter
