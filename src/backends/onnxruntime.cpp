// ONNX Runtime through its C++ API: one runtime session per model, one binding per session.
#include <fmt/format.h>
#include <onnxruntime_cxx_api.h>

#include <cassert>
#include <chrono>
#include <fstream>
#include <mutex>
#include <optional>
#include <utility>

#include "backends/model_file.h"
#include "backends/onnxruntime_devices.h"
#include "backends/onnxruntime_profile.h"
#include "backends/private_directory.h"
#include "backends/tensor_buffer.h"
#include "jetmeter/backend.h"

namespace jetmeter {
namespace {

// Sequences, maps and optionals are `other` without a shape.
TensorSpec spec_of(std::string name, const Ort::TypeInfo& info) {
  if (info.GetONNXType() != ONNX_TYPE_TENSOR) return {std::move(name), ElementType::other, {}};
  const auto tensor = info.GetTensorTypeAndShapeInfo();
  return {std::move(name), from_onnx(tensor.GetElementType()), tensor.GetShape()};
}

std::map<std::string, std::string> metadata_of(const Ort::Session& session) {
  Ort::AllocatorWithDefaultOptions allocator;
  const auto metadata = session.GetModelMetadata();
  std::map<std::string, std::string> entries;
  for (const auto& key : metadata.GetCustomMetadataMapKeysAllocated(allocator))
    if (const auto value = metadata.LookupCustomMetadataMapAllocated(key.get(), allocator))
      entries.emplace(key.get(), value.get());
  const auto add = [&](const char* key, const Ort::AllocatedStringPtr& value) {
    if (value && *value) entries.emplace(key, value.get());
  };
  add("producer", metadata.GetProducerNameAllocated(allocator));
  add("description", metadata.GetDescriptionAllocated(allocator));
  return entries;
}

// The runtime's session, and the folder of its profile where it writes one. Its destructor ends the
// profile, and so the folder goes after it.
struct OrtRuntime {
  std::optional<PrivateDirectory> profile;
  Ort::Session session{nullptr};
};

struct OrtStart {
  std::filesystem::path path;
  LoadOptions options;
  OrtDeviceChoice device;

  // What the CPU's provider tells of a node is the time that the node took. Others only enqueue
  // there, and their device computes later.
  bool profiles() const { return options.profile_layers && device.name == "cpu"; }
  // Throws Ort::Exception.
  Result<std::shared_ptr<OrtRuntime>> operator()() const;
};

Result<std::shared_ptr<OrtRuntime>> OrtStart::operator()() const {
  auto runtime = std::make_shared<OrtRuntime>();
  Ort::SessionOptions session_options;
  if (options.threads > 0) session_options.SetIntraOpNumThreads(options.threads);
  if (options.quiet) session_options.SetLogSeverityLevel(ORT_LOGGING_LEVEL_FATAL);
  if (profiles()) {
    auto directory = PrivateDirectory::make("jetmeter-profile");
    if (!directory) return tl::make_unexpected(directory.error());
    runtime->profile = std::move(*directory);
    session_options.EnableProfiling((runtime->profile->path() / "layers").c_str());
  }
  append_to(session_options, device);
  runtime->session = Ort::Session(ort_environment(), path.c_str(), session_options);
  return runtime;
}

class OrtModel final : public Model, public std::enable_shared_from_this<OrtModel> {
 public:
  OrtModel(OrtStart start, std::shared_ptr<OrtRuntime> runtime, ModelInfo info)
      : start_(std::move(start)), runtime_(std::move(runtime)), info_(std::move(info)) {}
  const ModelInfo& info() const override { return info_; }
  const OrtStart& start() const { return start_; }
  Result<std::unique_ptr<Session>> open(std::span<const Shape> input_shapes) override;

 private:
  // The runtime's session is thread-safe, and every one of ours runs it with a binding of its own.
  // A profile, however, is of all that it runs: with one, each of ours has its own, and so its own
  // copy of the weights. The first takes the one that the load made.
  Result<std::shared_ptr<OrtRuntime>> runtime_to_open() {
    if (!start_.profiles()) return runtime_;
    const std::lock_guard lock(mutex_);
    if (runtime_) return std::exchange(runtime_, nullptr);
    return start_();
  }

  OrtStart start_;
  std::mutex mutex_;
  std::shared_ptr<OrtRuntime> runtime_;
  ModelInfo info_;
};

// An output that the runtime writes into our buffer, or, where only a run knows its shape, one that
// the runtime's arena holds until the next run.
struct Output {
  TensorSpec spec;
  std::optional<TensorBuffer> own;
  Shape shape;
  void* data = nullptr;
  std::size_t bytes = 0;

  TensorView view() const { return own ? own->view() : TensorView{spec.type, shape, data, bytes}; }
};

class OrtSession final : public Session {
 public:
  OrtSession(std::shared_ptr<OrtModel> model, std::shared_ptr<OrtRuntime> runtime,
             std::vector<Shape> shapes)
      : model_(std::move(model)),
        runtime_(std::move(runtime)),
        tells_compute_(model_->info().device == "cpu"),
        binding_(runtime_->session) {
    const auto& info = model_->info();
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      inputs_.emplace_back(info.inputs[i].type, std::move(shapes[i]));
      binding_.BindInput(info.inputs[i].name.c_str(), wrap(inputs_.back()));
    }
    for (const auto& spec : info.outputs) add_output(spec);
  }

  TensorView input(std::size_t index) override {
    assert(index < inputs_.size());
    return inputs_[index].view();
  }

  TensorView output(std::size_t index) override {
    assert(index < outputs_.size());
    return outputs_[index].view();
  }

  Result<void> run() override try {
    stages_ = {};
    if (has_unknown_outputs_) bind_unknown_outputs();
    const auto begin = std::chrono::steady_clock::now();
    runtime_->session.Run(run_options_, binding_);
    if (tells_compute_) stages_.compute = std::chrono::steady_clock::now() - begin;
    binding_.SynchronizeOutputs();
    if (has_unknown_outputs_) read_unknown_outputs();
    return {};
  } catch (const std::exception& error) {
    return fail(one_line(error.what()));
  }

  // On another device Run() also copies to it, enqueues and waits, and tells none of them apart.
  RunStages stages() const override { return stages_; }

  Result<std::vector<LayerTime>> layers() override try {
    const auto& start = model_->start();
    if (!start.options.profile_layers) return fail(std::string(kNotProfiled));
    if (!start.profiles())
      return fail(
          fmt::format("on {} ONNX Runtime tells when a layer was enqueued and not how long "
                      "it took; a profiler of the device does (nsys)",
                      start.device.name));
    Ort::AllocatorWithDefaultOptions allocator;
    const auto path = runtime_->session.EndProfilingAllocated(allocator);
    std::ifstream file(path.get(), std::ios::binary);
    if (!file) return fail("ONNX Runtime has left no profile, or it was taken before");
    OrtProfileReader reader;
    for (std::string line; std::getline(file, line);)
      if (auto good = reader.take(line); !good) return tl::make_unexpected(good.error());
    return reader.layers();
  } catch (const Ort::Exception& error) {
    return fail(one_line(error.what()));
  }

 private:
  Ort::Value wrap(const TensorBuffer& buffer) const {
    const auto view = buffer.view();
    return Ort::Value::CreateTensor(cpu_, view.data, view.bytes, view.shape.data(),
                                    view.shape.size(),
                                    static_cast<ONNXTensorElementDataType>(to_onnx(view.type)));
  }

  // A shape without axes is a scalar or one that the file does not state; both are read after the
  // run. Bound here in any case: GetOutputValues keeps the order in which outputs were first bound.
  void add_output(const TensorSpec& spec) {
    auto& output = outputs_.emplace_back(Output{spec, std::nullopt, spec.shape});
    if (spec.type != ElementType::other && !spec.shape.empty() && is_concrete(spec.shape)) {
      output.own.emplace(spec.type, spec.shape);
      binding_.BindOutput(spec.name.c_str(), wrap(*output.own));
    } else {
      has_unknown_outputs_ = true;
      binding_.BindOutput(spec.name.c_str(), cpu_);
    }
  }

  // Anew before each run: a value that stayed bound would be taken for an output buffer of the
  // shape that the last run had. The arena gets the memory back, and gives it again.
  void bind_unknown_outputs() {
    values_.clear();
    for (const auto& output : outputs_)
      if (!output.own) binding_.BindOutput(output.spec.name.c_str(), cpu_);
  }

  void read_unknown_outputs() {
    values_ = binding_.GetOutputValues();
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      auto& output = outputs_[i];
      if (output.own || output.spec.type == ElementType::other) continue;
      output.shape = values_[i].GetTensorTypeAndShapeInfo().GetShape();
      output.data = values_[i].GetTensorMutableRawData();
      output.bytes =
          static_cast<std::size_t>(element_count(output.shape)) * element_bytes(output.spec.type);
    }
  }

  std::shared_ptr<OrtModel> model_;
  std::shared_ptr<OrtRuntime> runtime_;
  bool tells_compute_;
  RunStages stages_;
  Ort::MemoryInfo cpu_ = Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault);
  Ort::RunOptions run_options_;
  std::vector<TensorBuffer> inputs_;
  std::vector<Output> outputs_;
  Ort::IoBinding binding_;
  std::vector<Ort::Value> values_;
  bool has_unknown_outputs_ = false;
};

Result<std::unique_ptr<Session>> OrtModel::open(std::span<const Shape> input_shapes) try {
  for (const auto& input : info_.inputs)
    if (input.type == ElementType::other)
      return fail(fmt::format("input {} is not a tensor of numbers", in_quotes(input.name)));
  auto shapes = input_shapes_to_open(info_.inputs, input_shapes);
  if (!shapes) return tl::make_unexpected(shapes.error());
  auto runtime = runtime_to_open();
  if (!runtime) return tl::make_unexpected(runtime.error());
  return std::make_unique<OrtSession>(shared_from_this(), std::move(*runtime), std::move(*shapes));
} catch (const Ort::Exception& error) {
  return fail(one_line(error.what()));
}

ModelInfo describe(const Ort::Session& session, const std::filesystem::path& path) {
  Ort::AllocatorWithDefaultOptions allocator;
  ModelInfo info;
  for (std::size_t i = 0; i < session.GetInputCount(); ++i)
    info.inputs.push_back(
        spec_of(session.GetInputNameAllocated(i, allocator).get(), session.GetInputTypeInfo(i)));
  for (std::size_t i = 0; i < session.GetOutputCount(); ++i)
    info.outputs.push_back(
        spec_of(session.GetOutputNameAllocated(i, allocator).get(), session.GetOutputTypeInfo(i)));
  info.metadata = metadata_of(session);
  info.format = reads_extension(".ort", path) ? "ort" : "onnx";
  info.precision = precision_of(info.inputs, info.outputs);
  info.version = Ort::GetVersionString();
  return info;
}

Result<std::shared_ptr<Model>> load(const std::filesystem::path& path,
                                    const LoadOptions& options) try {
  if (auto serves = library_serves_headers(); !serves) return tl::make_unexpected(serves.error());
  if (auto good = check_model_file(path); !good) return tl::make_unexpected(good.error());
  auto device = choose_ort_device(options);
  if (!device) return tl::make_unexpected(device.error());
  OrtStart start{path, options, std::move(*device)};
  auto runtime = start();
  if (!runtime) return tl::make_unexpected(runtime.error());
  auto info = describe((*runtime)->session, path);
  info.device = start.device.name;
  return std::make_shared<OrtModel>(std::move(start), std::move(*runtime), std::move(info));
} catch (const std::exception& error) {
  return fail(one_line(error.what()));
}

BackendProbe probe() {
  BackendProbe result;
  result.version = Ort::GetVersionString();
  if (auto serves = library_serves_headers(); !serves) {
    result.reason = serves.error().what;
    return result;
  }
  result.devices = startable_ort_devices();
  result.available = !result.devices.empty();
  if (!result.available) result.reason = "the library offers no execution provider that starts";
  result.precisions = {"float32", "float16", "float64", "int8"};
  return result;
}

}  // namespace

extern const Backend onnxruntime_backend{
    "onnxruntime", "ONNX Runtime: ONNX models on the CPU and on its execution providers",
    ".onnx .ort", probe, load};

}  // namespace jetmeter
