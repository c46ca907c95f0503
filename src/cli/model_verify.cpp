#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <memory>

#include "cli/guarded_action.h"
#include "cli/number_checks.h"
#include "cli/scratch_folder.h"
#include "cli/subcommand.h"
#include "cli/verify_feed.h"
#include "cli/verify_report.h"
#include "jetmeter/accuracy.h"

namespace jetmeter {
namespace {

// Of detections that accuracy is judged by: low, since average precision looks at all of a curve.
constexpr float kConfidence = 0.05F, kIou = 0.6F;

struct VerifyRequest {
  std::string a, b, backend_a = "auto", backend_b = "auto", format = "text", ground_truth;
  FeedRequest feed;
  std::vector<std::string> shapes;
  double min_cosine = 0.999;
  double max_relative_l2 = 0.5;
  std::optional<double> max_error, max_p99_error, max_map_loss;
  bool layers = false;
};

struct LoadedSide {
  std::filesystem::path path;
  BackendChoice choice;
  std::shared_ptr<Model> model;
};

// Before a runtime sees it: names that are given twice, circles, weights that are not there.
Result<void> check_graph(const Backend& backend, const std::filesystem::path& path) {
  if (backend.extensions.find(".onnx") == std::string_view::npos || path.extension() == ".ort")
    return {};
  const auto graph = read_onnx(path);
  return graph ? Result<void>() : tl::make_unexpected(graph.error());
}

Result<LoadedSide> load_side(const std::string& path, const std::string& backend,
                             std::string_view option) {
  auto choice = choose_backend(backend, path);
  if (!choice) return tl::make_unexpected(choice.error());
  if (auto good = check_graph(*choice->backend, path); !good)
    return tl::make_unexpected(good.error());
  auto model = load_model(*choice, path, {.quiet = true}, option);
  if (!model) return tl::make_unexpected(model.error());
  return LoadedSide{path, *choice, *std::move(model)};
}

VerifySideReport side_report(const LoadedSide& side) {
  const auto& info = side.model->info();
  return {side.path.filename().string(), std::string(side.choice.backend->name), info.version,
          info.device, info.precision};
}

PipelineOptions pipeline_options() {
  PipelineOptions options;
  options.confidence = kConfidence;
  options.iou = kIou;
  return options;
}

// As declared and wished; what a picture goes into may leave its extents open.
Result<std::vector<Shape>> shapes_of(const ModelInfo& info, const VerifyRequest& request,
                                     const FeedPlan& plan) {
  auto wishes = parse_shape_wishes(request.shapes);
  if (wishes && plan.kind == FeedKind::arrays)
    wishes = wishes_of_arrays(plan, info.inputs, *std::move(wishes));
  if (!wishes) return tl::make_unexpected(wishes.error());
  auto shapes = concrete_shapes(info.inputs, {.wishes = *wishes});
  if (shapes || plan.kind != FeedKind::pictures) return shapes;
  auto filled = pipeline_kinds().front()->input_shapes(info, pipeline_options());
  return filled ? filled : shapes;
}

struct Detectors {
  std::unique_ptr<Pipeline> a, b;
};

class VerifyRun {
 public:
  VerifyRun(const VerifyRequest& request, FeedPlan plan, LoadedSide a, LoadedSide b,
            Verifier verifier, std::vector<Shape> shapes)
      : request_(request),
        plan_(std::move(plan)),
        a_(std::move(a)),
        b_(std::move(b)),
        verifier_(std::move(verifier)),
        specs_(a_.model->info().inputs) {
    for (std::size_t i = 0; i < specs_.size(); ++i) specs_[i].shape = std::move(shapes[i]);
  }

  Result<VerifyReport> run(Terminal& terminal) {
    if (auto ready = prepare(); !ready) return tl::make_unexpected(ready.error());
    if (plan_.kind == FeedKind::arrays)
      if (auto cut = cut_arrays(plan_, specs_); !cut) return tl::make_unexpected(cut.error());
    auto done = detectors_.a ? run_pictures(terminal) : run_tensors(terminal);
    if (!done) return tl::make_unexpected(done.error());
    report_.a = side_report(a_);
    report_.b = side_report(b_);
    report_.inputs = plan_.words;
    report_.limits = limits();
    report_.max_map_loss = request_.max_map_loss;
    report_.outputs = verifier_.outputs();
    const auto& more = verifier_.notes();
    report_.notes.insert(report_.notes.end(), more.begin(), more.end());
    if (request_.layers)
      if (auto parted = part(terminal); !parted)  // what was compared stands all the same
        report_.notes.push_back(parted.error().what);
    return std::move(report_);
  }

 private:
  VerifyLimits limits() const {
    return {request_.min_cosine, request_.max_error, request_.max_relative_l2,
            request_.max_p99_error};
  }

  // Detectors see pictures as `detect` shows them; other models see them stretched.
  Result<void> prepare() {
    const bool judged = !request_.ground_truth.empty();
    if (plan_.kind != FeedKind::pictures)
      return judged ? Result<void>(fail("--ground-truth needs --data with a folder of pictures"))
                    : Result<void>();
    const auto& kind = *pipeline_kinds().front();
    auto a = kind.make(a_.model->info(), verifier_.session_a(), pipeline_options());
    if (!a && judged) return fail("--ground-truth judges detectors: A: " + a.error().what);
    if (!a) {
      report_.notes.push_back(
          "A is no detector that jetmeter knows: pictures are stretched to its "
          "input, and their levels divided by 255");
      return {};
    }
    detectors_.a = *std::move(a);
    if (!judged) return {};
    auto b = kind.make(b_.model->info(), verifier_.session_b(), pipeline_options());
    if (!b) return fail("--ground-truth judges detectors: B: " + b.error().what);
    detectors_.b = *std::move(b);
    auto truth = read_ground_truth(request_.ground_truth, detectors_.a->info().labels);
    if (!truth) return tl::make_unexpected(truth.error());
    truth_ = *std::move(truth);
    return {};
  }

  Result<void> run_tensors(Terminal& terminal) {
    for (std::size_t step = 0; step < plan_.runs; ++step) {
      terminal.status(fmt::format("input {} of {}", step + 1, plan_.runs));
      auto tensors = feed_tensors(plan_, step, specs_);
      if (!tensors) return tl::make_unexpected(tensors.error());
      if (auto ran = verifier_.run(*tensors); !ran) return ran;
      if (step == 0) first_ = *std::move(tensors);
    }
    report_.runs = plan_.runs;
    return {};
  }

  Result<void> run_pictures(Terminal& terminal) {
    std::vector<ImageResult> found_a, found_b;
    const auto folder = plan_.files.front().parent_path();
    auto source = open_source("image_dir=" + (folder.empty() ? "." : folder.string()));
    if (!source) return tl::make_unexpected(source.error());
    Frame frame;
    for (const auto& file : plan_.files) {
      terminal.status(fmt::format("picture {} of {}", report_.runs + 1, plan_.files.size()));
      const auto got = next_picture(**source, file.filename().string(), frame);
      if (!got) return tl::make_unexpected(got.error());
      if (!*got) {
        report_.notes.push_back(fmt::format("{} cannot be read as a picture; left out",
                                            in_quotes(file.filename().string())));
        continue;
      }
      if (auto ran = run_picture(frame, found_a, found_b); !ran) return ran;
    }
    if (report_.runs == 0) return fail("--data: none of the pictures can be read");
    if (detectors_.b)
      report_.accuracy =
          TaskAccuracy{evaluate(found_a, {}), evaluate(found_b, {}), kConfidence, kIou};
    return {};
  }

  // False: it cannot be read. The source goes on behind it.
  Result<bool> next_picture(FrameSource& source, const std::string& name, Frame& frame) {
    const auto& names = source.info().names;
    const auto place = std::ranges::find(names, name) - names.begin();
    // Delivered in place of a bad one before it.
    if (place + 1 == next_place_ && frame.id == name) return true;
    if (place < next_place_ || place == std::ssize(names)) return false;
    source.skip(place - next_place_);
    const auto got = source.next(frame);
    if (!got || !*got) return got;
    next_place_ = frame.index + 1;
    return frame.id == name;
  }

  Result<void> run_picture(const Frame& frame, std::vector<ImageResult>& found_a,
                           std::vector<ImageResult>& found_b) {
    detectors_.a->preprocess(frame.image());
    if (detectors_.b) detectors_.b->preprocess(frame.image());
    if (auto ran = verifier_.run_prepared(); !ran) return ran;
    if (report_.runs++ == 0) keep_first();
    const auto* truth = detectors_.b ? truth_.find(frame.id) : nullptr;
    if (truth == nullptr) return {};
    const auto objects = truth->in_pixels(frame.width, frame.height);
    const auto add = [&](Pipeline& pipeline, std::vector<ImageResult>& found) {
      const auto detections = pipeline.postprocess();
      found.push_back({{detections.begin(), detections.end()}, objects});
    };
    add(*detectors_.a, found_a);
    add(*detectors_.b, found_b);
    return {};
  }

  // What --layers shows both models.
  void keep_first() {
    for (std::size_t i = 0; i < specs_.size(); ++i) {
      const auto view = verifier_.session_a().input(i);
      const auto* bytes = static_cast<const std::byte*>(view.data);
      first_.push_back({specs_[i], {bytes, bytes + view.bytes}});
    }
  }

  Result<void> part(Terminal& terminal) {
    const auto graph_a = read_onnx(a_.path), graph_b = read_onnx(b_.path);
    if (!graph_a) return fail("--layers looks into ONNX files: " + graph_a.error().what);
    if (!graph_b) return fail("--layers looks into ONNX files: " + graph_b.error().what);
    const ScratchFolder folder;
    if (folder.path().empty())
      return fail("--layers needs room for copies of the models; TMPDIR names where");
    const auto loader = [](const LoadedSide& side) {
      return [backend = side.choice.backend](const std::filesystem::path& path) {
        return backend->load(path, {.quiet = true});
      };
    };
    auto parting = find_parting({.a = &*graph_a,
                                 .b = &*graph_b,
                                 .load_a = loader(a_),
                                 .load_b = loader(b_),
                                 .inputs = first_,
                                 .limits = limits(),
                                 .folder = folder.path(),
                                 .progress = [&](std::size_t done, std::size_t all) {
                                   terminal.status(fmt::format("layer {} of {}", done, all));
                                 }});
    if (!parting) return tl::make_unexpected(parting.error());
    report_.parting = *std::move(parting);
    return {};
  }

  const VerifyRequest& request_;
  FeedPlan plan_;
  LoadedSide a_, b_;
  Verifier verifier_;
  std::vector<TensorSpec> specs_;  // of A, concrete
  Detectors detectors_;
  GroundTruth truth_;
  std::int64_t next_place_ = 0;  // in the folder of pictures
  std::vector<TensorData> first_;
  VerifyReport report_;
};

Result<ExitCode> verify(const VerifyRequest& request, Terminal& terminal) {
  const auto& second = request.b.empty() ? request.a : request.b;
  if (request.b.empty() && request.backend_a == request.backend_b)
    return fail(
        "one model on one backend has nothing to differ from: name a second model, or "
        "--backend-a and --backend-b");
  if (request.max_map_loss && request.ground_truth.empty())
    return fail("--max-map-loss judges detectors by their task: it needs --ground-truth");
  auto plan = plan_feed(request.feed);
  if (!plan) return tl::make_unexpected(plan.error());
  auto a = load_side(request.a, request.backend_a, "--backend-a");
  if (!a) return tl::make_unexpected(a.error());
  auto b = load_side(second, request.backend_b, "--backend-b");
  if (!b) return tl::make_unexpected(b.error());
  auto shapes = shapes_of(a->model->info(), request, *plan);
  if (!shapes) return tl::make_unexpected(shapes.error());
  auto verifier = Verifier::make(a->model, b->model, *shapes);
  if (!verifier) return tl::make_unexpected(verifier.error());
  VerifyRun run(request, *std::move(plan), *std::move(a), *std::move(b), *std::move(verifier),
                *std::move(shapes));
  const auto report = run.run(terminal);
  if (!report) return tl::make_unexpected(report.error());
  terminal.status("");
  terminal.print(request.format == "json" ? verify_json(*report) : verify_text(*report));
  return report->passed() ? ExitCode::done : ExitCode::gate_failed;
}

void define_data(CLI::App& app, VerifyRequest& o) {
  app.add_option("--data", o.feed.data,
                 "random, a .npz or .npy file, a picture, or a folder of them")
      ->capture_default_str();
  app.add_option("--runs", o.feed.runs, "at most so many inputs; default: all, 4 of random");
  app.add_option("--seed", o.feed.seed, "of random inputs")->capture_default_str();
  app.add_option("--shape", o.shapes, "of inputs with open axes, as images=1x3x640x640");
  app.add_option("--ground-truth", o.ground_truth,
                 "with pictures: YOLO labels or COCO JSON; mAP of both models");
}

Action define(CLI::App& app, const Invocation& invocation) {
  const auto request = std::make_shared<VerifyRequest>();
  auto& o = *request;
  app.add_option("A", o.a, "the reference")->required();
  app.add_option("B", o.b, "what is held against it; default: A on another backend");
  app.add_option("--backend-a", o.backend_a, "of A")->capture_default_str();
  app.add_option("--backend-b", o.backend_b, "of B")->capture_default_str();
  define_data(app, o);
  app.add_option("--min-cosine", o.min_cosine, "exit with 3 below it")
      ->check(CLI::Range(-1.0, 1.0))
      ->check(finite())
      ->capture_default_str()
      ->group("Limits");
  app.add_option("--max-error", o.max_error, "exit with 3 when any value is further off")
      ->check(not_negative())
      ->group("Limits");
  app.add_option("--max-relative-l2", o.max_relative_l2, "exit with 3 above it")
      ->check(not_negative())
      ->check(finite())
      ->capture_default_str()
      ->group("Limits");
  app.add_option("--max-p99-error", o.max_p99_error,
                 "exit with 3 when one value in a hundred is further off")
      ->check(not_negative())
      ->group("Limits");
  app.add_option("--max-map-loss", o.max_map_loss,
                 "with --ground-truth: exit with 3 when B's mAP50 or mAP50-95 is lower than A's "
                 "by more; 0.01 is one point in a hundred")
      ->check(CLI::Range(0.0, 1.0))
      ->check(finite())
      ->group("Limits");
  app.add_flag("--layers", o.layers, "find the first layer whose answers differ");
  app.add_option("--format", o.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  return guarded([request, terminal = invocation.terminal] { return verify(*request, *terminal); },
                 invocation.terminal);
}

}  // namespace

extern const Subcommand model_verify_command{
    "verify", "the same inputs through two models, or one on two backends", define};

}  // namespace jetmeter
