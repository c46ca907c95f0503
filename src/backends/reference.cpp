// A model that is a page of JSON: known answers, known delays and known ways to die. The tests of
// the supervisor lean on it, and its no-op shows what the measuring itself costs.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "backends/layer_sums.h"
#include "backends/model_file.h"
#include "backends/reference_spec.h"
#include "backends/tensor_buffer.h"
#include "jetmeter/backend.h"

namespace jetmeter {
namespace {

constexpr std::string_view kVersion = "1";

template <typename T>
void fill_numbers(std::span<const double> numbers, std::span<T> out) {
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<T>(numbers[numbers.size() == 1 ? 0 : i]);
}

void fill_half(std::span<const double> numbers, std::span<std::uint16_t> out) {
  std::vector<float> wide(out.size());
  fill_numbers(numbers, std::span(wide));
  to_half(wide, out);
}

void fill(const TensorView& view, std::span<const double> numbers) {
  switch (view.type) {
    case ElementType::float32: return fill_numbers(numbers, view.as<float>());
    case ElementType::float16: return fill_half(numbers, view.as<std::uint16_t>());
    case ElementType::float64: return fill_numbers(numbers, view.as<double>());
    case ElementType::int8: return fill_numbers(numbers, view.as<std::int8_t>());
    case ElementType::uint8: return fill_numbers(numbers, view.as<std::uint8_t>());
    case ElementType::int16: return fill_numbers(numbers, view.as<std::int16_t>());
    case ElementType::uint16: return fill_numbers(numbers, view.as<std::uint16_t>());
    case ElementType::int32: return fill_numbers(numbers, view.as<std::int32_t>());
    case ElementType::uint32: return fill_numbers(numbers, view.as<std::uint32_t>());
    case ElementType::int64: return fill_numbers(numbers, view.as<std::int64_t>());
    case ElementType::uint64: return fill_numbers(numbers, view.as<std::uint64_t>());
    case ElementType::boolean: return fill_numbers(numbers, view.as<bool>());
    case ElementType::bfloat16:
    case ElementType::other: assert(false);
  }
}

[[noreturn]] void hang() {
  for (;;) ::pause();
}

// The sanitizer would end the process in its own way before the signal comes.
[[gnu::no_sanitize("undefined")]] void write_to_null() {
  int* volatile nowhere = nullptr;
  *static_cast<volatile int*>(nowhere) = 1;
}

Result<void> commit(FaultKind kind) {
  switch (kind) {
    case FaultKind::segfault: write_to_null(); break;
    case FaultKind::kill: ::kill(::getpid(), SIGKILL); break;
    case FaultKind::hang: hang();
    case FaultKind::throws:
      throw std::runtime_error("the reference model throws, as its file says");
    case FaultKind::fails: break;
    case FaultKind::exits: ::_exit(7);
  }
  return fail("the reference model fails, as its file says");
}

// To the microsecond, which sleeping alone does not keep: its end is waited for awake.
void take_time(Nanoseconds time) {
  using std::chrono::steady_clock;
  constexpr std::chrono::microseconds kLateness{200};
  const auto end = steady_clock::now() + time;
  if (time > kLateness) std::this_thread::sleep_until(end - kLateness);
  while (steady_clock::now() < end) {
  }
}

// Memory that is really resident: every page is written.
std::vector<std::byte> touched(std::uint64_t mebibytes) {
  return std::vector<std::byte>(mebibytes << 20, std::byte{1});
}

class ReferenceModel final : public Model, public std::enable_shared_from_this<ReferenceModel> {
 public:
  ReferenceModel(ReferenceSpec spec, ModelInfo info, bool profiles_layers)
      : spec_(std::move(spec)),
        info_(std::move(info)),
        profiles_layers_(profiles_layers),
        ballast_(touched(spec_.allocate_mib)) {}
  const ModelInfo& info() const override { return info_; }
  Result<std::unique_ptr<Session>> open(std::span<const Shape> input_shapes) override;

  const ReferenceSpec& spec() const { return spec_; }
  bool profiles_layers() const { return profiles_layers_; }
  std::int64_t count_run() { return runs_.fetch_add(1); }

 private:
  ReferenceSpec spec_;
  ModelInfo info_;
  bool profiles_layers_;
  std::vector<std::byte> ballast_;
  std::atomic<std::int64_t> runs_{0};  // over all sessions
};

class ReferenceSession final : public Session {
 public:
  ReferenceSession(std::shared_ptr<ReferenceModel> model, std::vector<Shape> shapes)
      : model_(std::move(model)) {
    const auto& spec = model_->spec();
    const bool identity = spec.behaviour == ReferenceBehaviour::identity;
    for (std::size_t i = 0; i < spec.outputs.size(); ++i) {
      outputs_.emplace_back(spec.outputs[i].type, identity ? shapes[i] : spec.outputs[i].shape);
      if (!spec.values.empty()) fill(outputs_.back().view(), spec.values[i]);
    }
    for (std::size_t i = 0; i < shapes.size(); ++i)
      inputs_.emplace_back(spec.inputs[i].type, std::move(shapes[i]));
  }

  TensorView input(std::size_t index) override {
    assert(index < inputs_.size());
    return inputs_[index].view();
  }

  TensorView output(std::size_t index) override {
    assert(index < outputs_.size());
    return outputs_[index].view();
  }

  Result<void> run() override {
    const auto& spec = model_->spec();
    const auto run = model_->count_run();
    if (spec.delay.count() > 0) std::this_thread::sleep_for(spec.delay);
    if (spec.fault && spec.fault->phase == FaultPhase::run && spec.fault->at == run)
      return commit(spec.fault->kind);
    if (spec.busy.count() > 0) take_time(spec.busy);
    ++runs_;
    if (spec.behaviour != ReferenceBehaviour::identity) return {};
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      const auto out = outputs_[i].view();
      std::memcpy(out.data, inputs_[i].view().data, out.bytes);
    }
    return {};
  }

  RunStages stages() const override {
    if (runs_ == 0) return {};
    const auto& told = model_->spec().stages;
    return {told.host_to_device, told.enqueue, told.compute, told.device_to_host};
  }

  Result<std::vector<LayerTime>> layers() override {
    if (!model_->profiles_layers()) return fail(std::string(kNotProfiled));
    const auto& told = model_->spec().layers;
    if (told.empty()) return fail("the reference model has no layers: its file names none");
    if (runs_ == 0) return fail(std::string(kNoRunProfiled));
    const auto calls = std::max<std::int64_t>(1, runs_ - 1);
    std::vector<LayerTime> layers;
    Nanoseconds begin{0};
    for (const auto& [name, type, time] : told) {
      layers.push_back({name, type, "cpu", calls, calls * time, begin});
      begin += time;
    }
    return layers;
  }

 private:
  std::shared_ptr<ReferenceModel> model_;
  std::vector<TensorBuffer> inputs_, outputs_;
  std::int64_t runs_ = 0;  // that came to their end
};

Result<std::unique_ptr<Session>> ReferenceModel::open(std::span<const Shape> input_shapes) {
  auto shapes = input_shapes_to_open(info_.inputs, input_shapes);
  if (!shapes) return tl::make_unexpected(shapes.error());
  return std::make_unique<ReferenceSession>(shared_from_this(), std::move(*shapes));
}

Result<std::shared_ptr<Model>> load(const std::filesystem::path& path, const LoadOptions& options) {
  if (auto good = check_model_file(path); !good) return tl::make_unexpected(good.error());
  if (!options.device.empty() && options.device != "cpu")
    return fail(fmt::format("there is no device {}; reference has cpu", in_quotes(options.device)));
  if (!options.options.empty())
    return fail(fmt::format("reference takes no options, but was given {}",
                            in_quotes(options.options.front().first)));
  const auto text = read_document(path);
  if (!text) return fail(fmt::format("{} cannot be read", in_quotes(path.string())));
  auto spec = parse_reference_spec(*text);
  if (!spec) return tl::make_unexpected(spec.error());
  std::this_thread::sleep_for(spec->load_delay);
  if (spec->fault && spec->fault->phase == FaultPhase::load)
    if (auto survived = commit(spec->fault->kind); !survived)
      return tl::make_unexpected(survived.error());
  ModelInfo info{.inputs = spec->inputs,
                 .outputs = spec->outputs,
                 .metadata = spec->metadata,
                 .format = "reference",
                 .device = "cpu",
                 .precision = precision_of(spec->inputs, spec->outputs),
                 .version = std::string(kVersion)};
  return std::make_shared<ReferenceModel>(std::move(*spec), std::move(info),
                                          options.profile_layers);
}

BackendProbe probe() {
  return {.available = true,
          .reason = "",
          .version = std::string(kVersion),
          .devices = {"cpu"},
          .precisions = {"float32", "float16", "float64", "int8"}};
}

}  // namespace

extern const Backend reference_backend{
    "reference", "a make-believe model from a JSON file, for tests and for measuring jetmeter",
    ".ref", probe, load};

}  // namespace jetmeter
