#include "quantize/model_runner.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

namespace jetmeter {
namespace {

// The model's file and the one beside it that its weights may lie in.
class ScratchModel {
 public:
  explicit ScratchModel(const std::filesystem::path& folder)
      : folder_(folder / fmt::format("quantize-{}", ::getpid())) {}
  ~ScratchModel() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  ScratchModel(const ScratchModel&) = delete;
  ScratchModel& operator=(const ScratchModel&) = delete;

  Result<std::filesystem::path> write(const ModelGraph& model) const {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error)
      return fail(
          fmt::format("{} cannot be made: {}", in_quotes(folder_.string()), error.message()));
    const auto path = folder_ / "model.onnx";
    if (auto written = write_onnx(model, path); !written)
      return tl::make_unexpected(written.error());
    return path;
  }

 private:
  std::filesystem::path folder_;
};

// The tensors become the outputs. An input of the model is one by way of a copy.
void observe(Graph& graph, std::span<const std::string> names) {
  graph.outputs.clear();
  for (const auto& name : names) {
    const bool is_input =
        std::ranges::any_of(graph.inputs, [&](const Value& input) { return input.name == name; });
    const auto output = is_input ? name + "/observed" : name;
    if (is_input) graph.nodes.push_back({"Identity", "", output, {name}, {output}, {}});
    graph.outputs.push_back({output, ElementType::float32, 0, false, {}, {}});
  }
}

}  // namespace

Result<ModelRunner> ModelRunner::make(ModelGraph model, std::span<const std::string> observed,
                                      std::span<const Shape> shapes,
                                      const CalibrateOptions& options) {
  ModelRunner runner;
  if (!observed.empty()) observe(model.graph, observed);
  for (const auto& output : model.graph.outputs) runner.names_.push_back(output.name);
  const ScratchModel scratch(options.folder);
  const auto path = scratch.write(model);
  if (!path) return tl::make_unexpected(path.error());
  const auto choice = choose_backend("auto", *path);
  if (!choice) return tl::make_unexpected(choice.error());
  const auto loaded = load_model(*choice, *path, options.load, "");
  if (!loaded) return tl::make_unexpected(loaded.error());
  auto session = (*loaded)->open(shapes);
  if (!session) return tl::make_unexpected(session.error());
  runner.session_ = std::move(*session);
  for (std::size_t i = 0; i < (*loaded)->info().inputs.size(); ++i)
    runner.inputs_.push_back(runner.session_->input(i));
  return runner;
}

Result<bool> ModelRunner::run_next(CalibrationSamples& samples) {
  auto got = samples.next(inputs_);
  if (!got || !*got) return got;
  if (auto done = session_->run(); !done) return tl::make_unexpected(done.error());
  return true;
}

Result<std::span<const float>> ModelRunner::output(std::size_t i) {
  const auto view = session_->output(i);
  if (view.type != ElementType::float32)
    return fail(
        fmt::format("tensor {} is {} and not float32", in_quotes(names_[i]), name(view.type)));
  return view.as<float>();
}

}  // namespace jetmeter
