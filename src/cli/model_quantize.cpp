#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <memory>
#include <system_error>

#include "cli/guarded_action.h"
#include "cli/interrupts.h"
#include "cli/model_quantize_report.h"
#include "cli/number_checks.h"
#include "cli/picture_options.h"
#include "cli/read_graph.h"
#include "cli/scratch_folder.h"
#include "cli/subcommand.h"
#include "jetmeter/quantize.h"

namespace jetmeter {
namespace {

namespace fs = std::filesystem;

struct QuantizeRequest {
  fs::path model, out;
  std::vector<std::string> calibration;
  fs::path cache;
  std::int64_t samples = 0, error_samples = 4;
  std::string method = "minmax", target = "onnxruntime", format = "text";
  RangeOptions range;
  QuantizeOptions quantize;
  std::size_t keep_best = 0;
  double max_layer_error = 25;  // per cent
  std::string memory = "256MiB";
  bool per_tensor = false;
  int threads = 0;
  PictureOptions pictures;
};

void add_calibration(CLI::App& app, QuantizeRequest& r) {
  const char* group = "Calibration";
  app.add_option("--calibration", r.calibration,
                 "what the model is shown: a folder of pictures, a .npz, or .npy files")
      ->group(group);
  app.add_option("--samples", r.samples, "take so many, the first; 0: all")
      ->group(group)
      ->check(not_negative())
      ->capture_default_str();
  app.add_option("--method", r.method, "how ranges follow from what was seen")
      ->group(group)
      ->check(CLI::IsMember({"minmax", "entropy", "percentile"}))
      ->capture_default_str();
  app.add_option("--percentile", r.range.percentile, "of --method percentile: so many lie inside")
      ->group(group)
      ->check(CLI::Range(50.0, 100.0))
      ->check(finite())
      ->capture_default_str();
  app.add_option(
         "--calibration-cache", r.cache,
         "file that keeps what was seen: gone on with when interrupted, used again by every "
         "method")
      ->group(group);
  app.add_option("--max-memory", r.memory, "of intermediate tensors at a time")
      ->group(group)
      ->capture_default_str();
  app.add_option("--threads", r.threads, "threads inside one inference; 0: the runtime's choice")
      ->group(group)
      ->check(not_negative())
      ->capture_default_str();
}

void add_layers(CLI::App& app, QuantizeRequest& r) {
  const char* group = "Layers";
  app.add_option("--target", r.target, "who is to run it")
      ->group(group)
      ->check(CLI::IsMember({"onnxruntime", "tensorrt"}))
      ->capture_default_str();
  app.add_option(
         "--skip", r.quantize.skip,
         "layers that stay FP32: a name, an operator, or either with * and ?; may be repeated")
      ->group(group);
  app.add_flag("--skip-first", r.quantize.skip_first, "the layers that read the inputs stay FP32")
      ->group(group);
  app.add_flag("--skip-last", r.quantize.skip_last,
               "the layers behind which no other comes stay FP32")
      ->group(group);
  app.add_option("--max-layer-error", r.max_layer_error,
                 "layers that change the outputs by more per cent, quantised alone, stay FP32; 0: "
                 "none does, and errors are not measured")
      ->group(group)
      ->check(CLI::Range(0.0, 1e6))
      ->check(finite())
      ->capture_default_str();
  app.add_option("--keep-best", r.keep_best,
                 "in place of --max-layer-error: so many layers stay FP32, the worst ones")
      ->group(group)
      ->capture_default_str();
  app.add_option("--error-samples", r.error_samples, "samples that errors are measured on")
      ->group(group)
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_flag("--reduce-range", r.quantize.reduce_range,
               "7 bits for weights, for x86 processors without VNNI")
      ->group(group);
  app.add_flag("--per-tensor", r.per_tensor, "one scale for a whole weight, not one per channel")
      ->group(group);
}

class QuantizeJob {
 public:
  QuantizeJob(const QuantizeRequest& request, Terminal& terminal)
      : request_(request), terminal_(terminal) {}

  Result<ExitCode> run() {
    if (auto ready = prepare(); !ready) return tl::make_unexpected(ready.error());
    if (auto calibrated = calibrate_all(); !calibrated)
      return tl::make_unexpected(calibrated.error());
    if (interrupts() > 0) return stopped();
    if (auto kept = keep_best(); !kept) return tl::make_unexpected(kept.error());
    if (interrupts() > 0) return stopped();
    if (auto written = write(); !written) return tl::make_unexpected(written.error());
    terminal_.print(request_.format == "json" ? to_json(summary_) : to_text(summary_));
    return ExitCode::done;
  }

 private:
  Result<void> prepare() {
    auto model = read_graph(request_.model);
    if (!model) return tl::make_unexpected(model.error());
    if (auto good = check_out(*model); !good) return good;
    files_ = model->external_files;
    files_.insert(files_.begin(), request_.model);
    std::uint64_t bytes = 0;
    for (const auto& file : files_) bytes += fs::file_size(file, ignored_);
    if (!ignored_) summary_.bytes_before = bytes;
    auto ready = quantizable(*std::move(model));
    if (!ready)
      return fail(fmt::format("{}: {}", in_quotes(request_.model.string()), ready.error().what));
    model_ = std::move(*ready);
    auto plan = plan_quantization(model_, request_.quantize);
    if (!plan) return tl::make_unexpected(plan.error());
    summary_.plan = std::move(*plan);
    options_.cache = request_.cache;
    options_.folder = scratch_.path();
    if (options_.folder.empty()) return fail("no folder can be made for temporary files");
    options_.load.threads = request_.threads;
    options_.load.quiet = true;
    options_.watch = [this](const QuantizeProgress& p) {
      terminal_.progress({"quantize", p.what, p.done, p.total});
      return interrupts() == 0;
    };
    const auto most = parse_bytes(request_.memory);
    if (!most) return tl::make_unexpected(most.error());
    options_.max_bytes = *most;
    return {};
  }

  // Before minutes of calibration, not after them.
  Result<void> check_out(const ModelGraph& model) {
    auto files = model.external_files;
    files.emplace_back(request_.model);
    for (const auto& file : files)
      if (fs::equivalent(file, request_.out, ignored_))
        return fail(fmt::format("--output {} is a part of the model itself; give it another name",
                                in_quotes(request_.out.string())));
    const auto folder = fs::absolute(request_.out, ignored_).parent_path();
    if (!fs::is_directory(folder, ignored_))
      return fail(fmt::format("--output: there is no folder {}", in_quotes(folder.string())));
    return {};
  }

  Result<ExitCode> stopped() {
    terminal_.note(request_.cache.empty()
                       ? "stopped; with --calibration-cache FILE it could be gone on with"
                       : "stopped; the same command goes on from here");
    return ExitCode::interrupted;
  }

  Result<void> open_samples() {
    if (request_.calibration.empty()) return {};
    auto samples = is_arrays() ? from_arrays() : from_pictures();
    if (!samples) return tl::make_unexpected(samples.error());
    samples_ = std::move(*samples);
    return {};
  }

  bool is_arrays() const {
    const auto extension = fs::path(request_.calibration.front()).extension();
    return extension == ".npz" || extension == ".npy";
  }

  Result<std::unique_ptr<CalibrationSamples>> from_arrays() const {
    std::vector<TensorSpec> inputs;
    for (const auto& input : model_.graph.inputs)
      inputs.push_back({input.name, input.type, input.shape});
    const std::vector<fs::path> files(request_.calibration.begin(), request_.calibration.end());
    auto arrays = read_sample_arrays(files, inputs);
    if (!arrays) return tl::make_unexpected(arrays.error());
    return array_samples(inputs, std::move(*arrays), request_.samples);
  }

  Result<std::unique_ptr<CalibrationSamples>> from_pictures() const {
    if (request_.calibration.size() > 1)
      return fail("--calibration takes one folder of pictures, one .npz, or several .npy files");
    auto pipeline = pipeline_options(request_.pictures);
    if (!pipeline) return tl::make_unexpected(pipeline.error());
    return image_samples(request_.model, {request_.calibration.front(), request_.samples,
                                          std::move(*pipeline), options_.load});
  }

  Result<void> calibrate_all() {
    const auto digest = file_digest(files_);
    if (!digest) return tl::make_unexpected(digest.error());
    auto cached = begun(*digest);
    if (!cached) return tl::make_unexpected(cached.error());
    auto calibration = std::move(*cached);
    const auto& observe = summary_.plan.observe;
    if (!samples_ && !calibration.covers(observe))
      return fail(calibration.samples == 0
                      ? "ranges have to come from data; give it with --calibration"
                      : "the calibration cache is not complete; go on with --calibration");
    summary_.from_cache = calibration.covers(observe);
    if (!summary_.from_cache) {
      auto done = calibrate(model_, observed(), *samples_, std::move(calibration), options_);
      if (!done) return tl::make_unexpected(done.error());
      calibration = std::move(*done);
      for (const auto& warning : samples_->warnings()) terminal_.note("passed over " + warning);
      if (interrupts() > 0) return {};
    }
    summary_.samples = calibration.samples;
    auto ranges = ranges_of(summary_.plan, calibration, request_.range);
    if (!ranges) return tl::make_unexpected(ranges.error());
    ranges_ = std::move(*ranges);
    return {};
  }

  // A cache is worth more when it serves the other target as well.
  std::vector<std::string> observed() const {
    auto names = summary_.plan.observe;
    if (request_.cache.empty()) return names;
    auto other = request_.quantize;
    other.target = other.target == QuantizeTarget::tensorrt ? QuantizeTarget::onnxruntime
                                                            : QuantizeTarget::tensorrt;
    const auto plan = plan_quantization(model_, other);
    if (!plan) return names;
    for (const auto& name : plan->observe)
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    return names;
  }

  // What the cache holds already, once it is known to be of this model and these samples.
  Result<Calibration> begun(const std::string& digest) {
    Calibration none;
    none.model = digest;
    std::optional<Calibration> cached;
    if (!request_.cache.empty()) {
      auto read = read_calibration(request_.cache);
      if (!read) return tl::make_unexpected(read.error());
      cached = std::move(*read);
    }
    if (cached)  // before pictures are looked at, which takes longer
      if (auto good = check_calibration(*cached, digest, ""); !good)
        return tl::make_unexpected(good.error());
    if (auto opened = open_samples(); !opened) return tl::make_unexpected(opened.error());
    if (!cached) return none;
    if (auto good = check_calibration(*cached, digest, samples_ ? samples_->identity() : ""); !good)
      return tl::make_unexpected(good.error());
    return *std::move(cached);
  }

  // Layers that no choice of ranges serves cost more than all the others together.
  Result<void> keep_best() {
    if (request_.keep_best == 0 && request_.max_layer_error <= 0) return {};
    if (!samples_) {
      if (request_.keep_best > 0)
        return fail("--keep-best measures errors on data; give it with --calibration");
      terminal_.note("without --calibration no layer's error is measured; all are quantised");
      return {};
    }
    auto& plan = summary_.plan;
    const auto whole =
        layer_errors(model_, plan, ranges_, *samples_, request_.error_samples, options_);
    if (!whole) return tl::make_unexpected(whole.error());
    if (!*whole) return {};
    const auto kept = request_.keep_best > 0 ? most_sensitive(plan, request_.keep_best)
                                             : worse_than(plan, request_.max_layer_error / 100);
    if (kept.empty()) return {};
    std::vector<std::size_t> rest;
    for (std::size_t i = 0; i < plan.layers.size(); ++i)
      if (std::ranges::find(kept, i) == kept.end()) rest.push_back(i);
    auto smaller = plan_only(model_, plan, rest);
    if (!smaller) return tl::make_unexpected(smaller.error());
    plan = std::move(*smaller);
    return {};
  }

  Result<void> write() {
    const auto result = quantized(model_, summary_.plan, ranges_);
    if (!result) return tl::make_unexpected(result.error());
    if (auto written = write_onnx(*result, request_.out); !written) return written;
    std::error_code error;
    const auto size = fs::file_size(request_.out, error);
    if (!error) summary_.bytes_after = size;
    summary_.out = request_.out.string();
    summary_.method = request_.method;
    if (!samples_) return {};
    auto errors = output_errors(model_, *result, *samples_, request_.error_samples, options_);
    if (!errors)
      return fail(fmt::format("{} was written, and could not be compared with the model: {}",
                              in_quotes(request_.out.string()), errors.error().what));
    summary_.outputs = std::move(*errors);
    summary_.error_samples = std::min(request_.error_samples, samples_->count());
    return {};
  }

  const QuantizeRequest& request_;
  Terminal& terminal_;
  ScratchFolder scratch_;
  std::vector<fs::path> files_;  // the model's, external data too
  std::error_code ignored_;
  CalibrateOptions options_;
  ModelGraph model_;
  QuantizeSummary summary_;
  std::unique_ptr<CalibrationSamples> samples_;
  TensorRanges ranges_;
};

Action define(CLI::App& app, const Invocation& invocation) {
  const auto request = std::make_shared<QuantizeRequest>();
  app.add_option("MODEL", request->model, "an ONNX file in FP32")->required();
  app.add_option("-o,--output", request->out, "the file to write")->required();
  app.add_option("--format", request->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  add_calibration(app, *request);
  add_layers(app, *request);
  add_picture_options(app, request->pictures);
  const auto quantize = [request, terminal = invocation.terminal]() -> Result<ExitCode> {
    const InterruptGuard guard;
    auto& r = *request;
    r.range.method = r.method == "entropy"      ? CalibrationMethod::entropy
                     : r.method == "percentile" ? CalibrationMethod::percentile
                                                : CalibrationMethod::minmax;
    r.quantize.target =
        r.target == "tensorrt" ? QuantizeTarget::tensorrt : QuantizeTarget::onnxruntime;
    r.quantize.per_channel = !r.per_tensor;
    return QuantizeJob(r, *terminal).run();
  };
  return guarded(quantize, invocation.terminal);
}

}  // namespace

extern const Subcommand model_quantize_command{
    "quantize", "8-bit integers for the layers, ranges from data, as explicit Q and DQ", define};

}  // namespace jetmeter
