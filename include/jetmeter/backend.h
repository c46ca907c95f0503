// The contract between jetmeter and an inference runtime. A Backend is plain data that describes,
// probes and loads. A Model is a loaded file: its weights are in memory once however many
// sessions it opens, and it may be used from several threads. A Session is one execution context
// with its own buffers; it is used by one thread at a time and keeps its Model alive.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

struct LoadOptions {
  // Threads inside one inference; 0 leaves the choice to the runtime.
  int threads = 0;
  // "cpu", or a device that the backend's probe lists ("cuda:0", …). Empty: the first one probed.
  std::string device;
  // Passed to the runtime as they are, e.g. {"arena_extend_strategy", "kSameAsRequested"}.
  std::vector<std::pair<std::string, std::string>> options;
  // Time every layer. Costs time itself: such a session's latencies are not for reporting.
  bool profile_layers = false;
  // The runtime writes no log of its own: what fails is told by the error alone. For models that
  // are loaded where a person reads along; a worker's log is kept.
  bool quiet = false;
};

// What a runtime can tell apart inside one run(); absent where it cannot.
struct RunStages {
  std::optional<Nanoseconds> host_to_device, enqueue, compute, device_to_host;
};

// One layer (node, kernel) of a profile, its runs added up.
struct LayerTime {
  std::string name, type;  // "Conv_12", "Conv"
  std::string device;      // execution provider or target; empty: not told
  std::int64_t calls = 0;
  Nanoseconds total{0};
  Nanoseconds first_begin{0};  // of the first call, since the first layer of that run
};

struct ModelInfo {
  std::vector<TensorSpec> inputs, outputs;      // as the file declares them; axes may be dynamic
  std::map<std::string, std::string> metadata;  // as the file carries it
  std::string format;                           // "onnx", "reference", …
  std::string device;                           // what it really runs on
  std::string precision;                        // type of the first floating input, "float32"
  std::string version;                          // of the runtime
};

class Session {
 public:
  virtual ~Session() = default;
  // Buffers are allocated when the session opens and keep their address. The view of an output is
  // valid until the next run(); its shape is concrete after the first run().
  virtual TensorView input(std::size_t index) = 0;
  virtual TensorView output(std::size_t index) = 0;
  // Runs once on what the inputs hold; returns when the outputs may be read by the CPU. A failure
  // carries the runtime's own words.
  virtual Result<void> run() = 0;
  // Of the last run().
  virtual RunStages stages() const { return {}; }
  // Of all runs since the session opened, in the order of execution, where LoadOptions asked for
  // it. The first run, which is cold, counts only where it was the only one. Fails where no run
  // was timed. Asked once; then the session runs no more.
  virtual Result<std::vector<LayerTime>> layers() {
    return fail("this backend has no profile of layers");
  }
};

class Model {
 public:
  virtual ~Model() = default;
  virtual const ModelInfo& info() const = 0;
  // One shape per input, all axes concrete. Empty: as declared, which fails for dynamic axes.
  virtual Result<std::unique_ptr<Session>> open(std::span<const Shape> input_shapes) = 0;
};

struct BackendProbe {
  bool available = false;
  std::string reason;  // why it is not available; empty when it is
  std::string version;
  std::vector<std::string> devices;     // "cpu", "cuda:0"; in order of preference
  std::vector<std::string> precisions;  // element types that it computes in
};

struct Backend {
  std::string_view name;        // stable: used on the command line and in records
  std::string_view summary;     // one line, shown by `list`
  std::string_view extensions;  // files that it may be able to load: ".onnx .engine"
  BackendProbe (*probe)();
  Result<std::shared_ptr<Model>> (*load)(const std::filesystem::path&, const LoadOptions&);
};

// Every backend in this build, in order of preference.
std::span<const Backend* const> backends();

// A backend that the sources have and this build does not.
struct Missing {
  std::string_view name, reason;
};
std::span<const Missing> missing_backends();

struct BackendChoice {
  const Backend* backend = nullptr;
  std::string why;  // "first of onnxruntime, opencv_dnn that reads .onnx"
};
// `name` is a backend's name or "auto". Does not open the file beyond its name.
Result<BackendChoice> choose_backend(std::string_view name, const std::filesystem::path& model);
// Whether the chosen backend offers this device here, by its kind: which indices there are only a
// load tells. Empty is offered always. An error says who does offer it, or what there is.
Result<void> check_device(const BackendChoice&, const std::filesystem::path& model,
                          std::string_view device);
// Loads with one backend; an error says what else could load the file, by the command's `option`
// for it: "--backend". Without one it does not, nor where the memory was not to be had.
Result<std::shared_ptr<Model>> load_model(const BackendChoice&, const std::filesystem::path&,
                                          const LoadOptions&,
                                          std::string_view option = "--backend");

// Whether an error that a runtime reported means that an allocation was refused.
bool is_refused_allocation(std::string_view error);
// Of how many bytes; absent where the words do not tell.
std::optional<std::uint64_t> refused_bytes(std::string_view error);

}  // namespace jetmeter
