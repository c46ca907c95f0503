#include "run/preflight.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <numeric>
#include <thread>

#include "jetmeter/model.h"
#include "jetmeter/processes.h"
#include "jetmeter/version.h"
#include "jetmeter/zoo.h"
#include "run/available_memory.h"
#include "run/policy_limit.h"
#include "run/source_memory.h"
#include "run/worked_out_activations.h"

namespace jetmeter {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCalibrationModel = "scene-rgb";

// A folder of ours that is gone at the end, with everything in it.
class Scratch {
 public:
  Scratch() {
    auto name = (fs::temp_directory_path() / "jetmeter-calibration-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string machine_architecture() {
  utsname names{};
  return uname(&names) == 0 ? names.machine : "";
}

int threads_of(const LoadOptions& load) {
  if (load.threads > 0) return load.threads;
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

bool on_cpu(const LoadOptions& load) {
  return load.device.empty() || load.device == "cpu";
}

// Where too many shapes come out of branches, of which the file says nothing.
Result<ModelMemory> worked_out(Result<ModelMemory> memory, const std::filesystem::path& model,
                               const ShapeHints& hints) {
  if (memory && too_many_unknown_shapes(*memory))
    memory->worked_out_activation_bytes = worked_out_activations(model, hints);
  return memory;
}

// Axes that the file leaves open get what the load will give them.
Result<ModelMemory> read_for_load(const SlotSpec& slot, ModelMemory memory) {
  auto shapes = concrete_shapes(memory.inputs, slot.bench->shapes, slot.bench->fills);
  if (!shapes) return tl::make_unexpected(shapes.error());
  ShapeHints hints;
  for (std::size_t i = 0; i < shapes->size(); ++i)
    hints.inputs.emplace_back(memory.inputs[i].name, std::move((*shapes)[i]));
  return worked_out(read_model_memory(slot.model, hints), slot.model, hints);
}

// Axes that the file leaves open get what the pipeline will give them: one picture of image_size.
Result<ModelMemory> read_for(const SlotSpec& slot) {
  auto memory = read_model_memory(slot.model, {});
  if (!memory) return memory;
  if (slot.bench) return read_for_load(slot, std::move(*memory));
  ShapeHints hints;
  for (const auto& input : memory->inputs) {
    auto shape = input.shape;
    if (shape.size() != 4 || std::ranges::find(shape, kDynamic) == shape.end()) continue;
    const int size = slot.pipeline.image_size.value_or(kDefaultImageSize);
    const Shape picture{1, 3, size, size};
    for (std::size_t axis = 0; axis < shape.size(); ++axis)
      if (shape[axis] == kDynamic) shape[axis] = picture[axis];
    hints.inputs.emplace_back(input.name, shape);
  }
  if (!hints.inputs.empty()) memory = read_model_memory(slot.model, hints);
  return worked_out(std::move(memory), slot.model, hints);
}

Result<PeakForecast> foretell(const ModelMemory& memory, const RuntimeProfile& profile,
                              const LoadOptions& load) {
  return forecast_peak(memory, profile, runtime_rules(profile.backend, machine_architecture()),
                       threads_of(load));
}

// Other runs of this program map the same libraries; each counts its share of them only.
bool others_run(const Host& host) {
  constexpr auto kAll = std::numeric_limits<std::size_t>::max();
  return std::ranges::any_of(largest_processes(host, kAll), [](const ProcessSummary& process) {
    return process.name.starts_with("jetmeter") && process.pid != ::getpid();
  });
}

// The peak of a worker that runs a model of ours, less what that model takes of it.
Result<std::uint64_t> measure_base(const RuntimeProfile& wanted, const RunContext& context) {
  const Scratch scratch;
  if (scratch.path().empty()) return fail("no temporary folder can be made");
  const auto bytes = build_zoo_model(kCalibrationModel);
  if (!bytes) return tl::make_unexpected(bytes.error());
  RunSpec spec;
  SlotSpec slot;
  slot.name = "calibration";
  slot.model = scratch.path() / "model.onnx";
  slot.source = "synthetic=rgb";
  slot.backend = wanted.backend;
  slot.load.threads = 1;
  std::ofstream(slot.model, std::ios::binary) << *bytes;
  spec.slots = {slot};
  spec.memory.preflight = Preflight::off;
  spec.max_frames = 10;
  spec.idle_baseline = Nanoseconds{0};
  spec.out = scratch.path() / "run";
  const auto outcome = run(spec, {.host = context.host,
                                  .clock = context.clock,
                                  .worker = context.worker,
                                  .interrupts = context.interrupts});
  if (!outcome) return tl::make_unexpected(outcome.error());
  const auto& measured = outcome->record.slots.front();
  if (measured.status != SlotStatus::completed || !measured.memory.peak_bytes)
    return fail("the runtime's own memory could not be measured: " + measured.reason);
  const auto memory = read_for(slot);
  if (!memory) return tl::make_unexpected(memory.error());
  const auto of_model = foretell(*memory, wanted, slot.load);
  if (!of_model) return tl::make_unexpected(of_model.error());
  const auto of_source = source_memory(slot.source);
  if (!of_source) return tl::make_unexpected(of_source.error());
  const auto peak = *measured.memory.peak_bytes;
  return peak - std::min(peak, of_model->peak_bytes + *of_source);
}

// What the worker needs beside the runtime and the model.
void add_source(PeakForecast& told, const std::string& source) {
  const auto bytes = source_memory(source);
  if (!bytes) {
    told.rests_on.push_back("the source is not counted: " + bytes.error().what);
    return;
  }
  told.runtime_bytes += *bytes;
  told.peak_bytes += *bytes;
  told.rests_on.push_back(
      fmt::format("source: {}, measured on its first frames", format_bytes(*bytes)));
}

// The weights are there once, the activations once per session.
void add_lanes(PeakForecast& told, int lanes) {
  if (lanes < 2) return;
  const auto more = told.activation_bytes * static_cast<std::uint64_t>(lanes - 1);
  told.activation_bytes += more;
  told.peak_bytes += more;
  told.rests_on.push_back(fmt::format("activations of {} sessions", lanes));
}

Result<PeakForecast> forecast(const SlotSpec& slot, const RunContext& context) {
  const auto choice = choose_backend(slot.backend, slot.model);
  if (!choice) return tl::make_unexpected(choice.error());
  const std::string backend(choice->backend->name);
  if (!on_cpu(slot.load) || !runtime_rules(backend, machine_architecture()))
    return fail(fmt::format("how {} takes memory{} is not known", backend,
                            on_cpu(slot.load) ? "" : " on " + slot.load.device));
  const auto memory = read_for(slot);
  if (!memory) return tl::make_unexpected(memory.error());
  const RuntimeProfile wanted{.backend = backend,
                              .backend_version = choice->backend->probe().version,
                              .device = "cpu",
                              .jetmeter_version = fmt::format("{} {}", kVersion, kGitRevision),
                              .beside_others = others_run(context.host)};
  const auto profile = cached_profile(context.cache, wanted, [&] {
    if (context.note) context.note(fmt::format("measuring {}'s own memory, once", backend));
    return measure_base(wanted, context);
  });
  if (!profile) return tl::make_unexpected(profile.error());
  auto told = foretell(*memory, profile->profile, slot.load);
  if (told && slot.bench)
    add_lanes(*told, slot.bench->scenario.in_flight);
  else if (told)
    add_source(*told, slot.source);
  return told;
}

ForecastRecord record_of(const Result<PeakForecast>& forecast, const FitVerdict& verdict) {
  ForecastRecord record;
  record.verdict = name(verdict.fit);
  record.reason = forecast ? verdict.reason : forecast.error().what;
  record.margin_bytes = verdict.margin_bytes;
  if (!forecast) return record;
  record.weight_bytes = forecast->weight_bytes;
  record.activation_bytes = forecast->activation_bytes;
  record.runtime_bytes = forecast->runtime_bytes;
  record.peak_bytes = forecast->peak_bytes;
  record.rests_on = forecast->rests_on;
  return record;
}

std::optional<Forecast> as_forecast(const Result<PeakForecast>& told) {
  if (!told) return std::nullopt;
  return Forecast{told->weight_bytes, told->activation_bytes, told->runtime_bytes, told->peak_bytes,
                  told->rests_on};
}

}  // namespace

// Largest first, as they will be loaded: what one takes the next one does not find.
std::vector<PreflightResult> preflight(const RunSpec& spec, const RunContext& context) {
  std::vector<PreflightResult> results(spec.slots.size());
  if (spec.memory.preflight == Preflight::off) return results;
  std::vector<std::optional<Result<PeakForecast>>> told(spec.slots.size());
  const bool beside_others = others_run(context.host);
  for (std::size_t i = 0; i < spec.slots.size(); ++i)
    if (spec.slots[i].skip_reason.empty()) told[i] = forecast(spec.slots[i], context);
  const auto peak = [&](std::size_t i) { return told[i] && *told[i] ? (**told[i]).peak_bytes : 0; };
  std::vector<std::size_t> order(spec.slots.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater{}, peak);
  const auto limit = expected_budget(spec.memory, context.host);
  auto [available, bound] = read_available_memory(context.host);
  for (const auto i : order) {
    if (!told[i]) continue;
    const auto verdict = fits(as_forecast(*told[i]), limit, available);
    results[i] = {record_of(*told[i], verdict), verdict.fit, beside_others};
    if (*told[i] && !bound.empty()) results[i].forecast->rests_on.push_back(bound);
    if (beside_others)
      results[i].forecast->rests_on.push_back(
          "another run of jetmeter is there, which makes the measured peak smaller than it is "
          "alone: "
          "the two are not compared");
    if (available)
      available = PoolBytes(available->bytes() - std::min(available->bytes(), peak(i)));
  }
  return results;
}

}  // namespace jetmeter
