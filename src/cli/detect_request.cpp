#include "cli/detect_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "cli/number_checks.h"
#include "cli/picture_options.h"
#include "jetmeter/pipeline.h"

namespace jetmeter {
namespace {

std::vector<std::string> head_names() {
  std::vector<std::string> names{"auto"};
  for (const auto* head : heads()) names.emplace_back(head->name);
  return names;
}

void add_inputs(CLI::App& app, DetectOptions& o) {
  const char* group = "What to run";
  add(app, group, "--mode", o.mode, "rgb, thermal or dual; default: as the models given ask for")
      ->check(CLI::IsMember({"rgb", "thermal", "dual"}));
  add(app, group, "--model0,--model,--rgb-model", o.model0, "model of the rgb slot");
  add(app, group, "--model1,--thermal-model", o.model1, "model of the thermal slot");
  add(app, group, "--source", o.source,
      "frames, in single mode: image_dir=PATH, video=PATH, camera=N, synthetic[=SCENE], or a path");
  add(app, group, "--rgb-source", o.rgb_source, "frames of the rgb slot");
  add(app, group, "--thermal-source", o.thermal_source, "frames of the thermal slot");
  add(app, group, "--max-frames", o.max_frames, "frames per slot; 0: to the end of the source")
      ->check(not_negative())
      ->capture_default_str();
  add(app, group, "--warmup", o.warmup, "inferences before measuring")
      ->check(not_negative())
      ->capture_default_str();
}

void add_backends(CLI::App& app, DetectOptions& o) {
  const char* group = "Backend";
  add(app, group, "--backend", o.backend, "runtime that loads the models")
      ->check(CLI::IsMember(backend_names()))
      ->capture_default_str();
  add(app, group, "--thermal-backend", o.thermal_backend, "another one for the thermal slot")
      ->check(CLI::IsMember(backend_names()));
  add_backend_options(app, o.runtime);
  add(app, group, "--threads", o.runtime.threads,
      "threads inside one inference; 0: the runtime's choice")
      ->check(CLI::Range(0, kMostThreads))
      ->capture_default_str();
}

void add_pipeline(CLI::App& app, DetectOptions& o) {
  const char* group = "Detection";
  add(app, group, "--head", o.head, "layout of the model's outputs")
      ->check(CLI::IsMember(head_names()))
      ->capture_default_str();
  add(app, group, "--thermal-head", o.thermal_head, "another one for the thermal slot")
      ->check(CLI::IsMember(head_names()));
  add(app, group, "--imgsz,--image-size", o.image_size,
      "input size, where the model leaves it open; default: its metadata's, else 640")
      ->check(CLI::Range(32, 8192));
  add(app, group, "--thermal-imgsz,--thermal-image-size", o.thermal_image_size,
      "another one for the thermal slot")
      ->check(CLI::Range(32, 8192));
  add(app, group, "--conf,--confidence", o.confidence, "least score")
      ->check(CLI::Range(0.0, 1.0))
      ->check(finite())
      ->capture_default_str();
  add(app, group, "--iou", o.iou, "overlap from which the weaker of two boxes is dropped")
      ->check(CLI::Range(0.0, 1.0))
      ->check(finite())
      ->capture_default_str();
  add(app, group, "--max-det", o.max_detections, "detections per frame")
      ->check(CLI::Range(1, 30000))
      ->capture_default_str();
  add(app, group, "--labels-file", o.labels_file, "class names, one a line");
  add(app, group, "--thermal-labels-file", o.thermal_labels_file,
      "class names of the thermal slot");
  add(app, group, "--fit", o.fit, "letterbox, letterbox-top-left or stretch; default: the head's")
      ->check(CLI::IsMember({"letterbox", "letterbox-top-left", "stretch"}));
  add(app, group, "--channels", o.channels, "rgb or bgr; default: the head's")
      ->check(CLI::IsMember({"rgb", "bgr"}));
  add(app, group, "--scale", o.scale, "tensor = (pixel * scale - mean) / std; e.g. 1/255");
  app.add_option("--mean", o.mean, "three numbers, in the tensor's channel order")
      ->group(group)
      ->delimiter(',')
      ->expected(3);
  app.add_option("--std", o.stdev, "three numbers")->group(group)->delimiter(',')->expected(3);
}

void add_measuring(CLI::App& app, DetectOptions& o) {
  const char* accuracy = "Accuracy";
  add(app, accuracy, "--ground-truth", o.ground_truth,
      "directory of YOLO labels or a COCO instances.json; gives mAP");
  add(app, accuracy, "--thermal-ground-truth", o.thermal_ground_truth, "of the thermal slot");
  const char* dual = "Two streams";
  add(app, dual, "--schedule", o.schedule,
      "how two slots take turns on a pair of frames; beside a camera both run freely")
      ->check(CLI::IsMember({"parallel", "alternate"}))
      ->capture_default_str();
  app.add_flag_callback(
         "--parallel", [&o] { o.schedule = "parallel"; }, "as --schedule parallel")
      ->group(dual);
  add(app, dual, "--tolerance", o.tolerance, "how far apart in time two frames may be to be a pair")
      ->capture_default_str();
  add(app, dual, "--solo-frames", o.solo_frames, "frames that each slot first runs alone; 0: none")
      ->check(not_negative())
      ->capture_default_str();
  add(app, "Run", "--save-overlays", o.save_overlays, "pictures per slot with the boxes drawn in")
      ->check(not_negative());
}

struct Both {
  const DetectOptions& options;
  std::string mode;

  bool uses(std::string_view slot) const { return mode == "dual" || mode == slot; }
};

Result<std::vector<std::string>> read_labels(const std::string& file) {
  std::vector<std::string> labels;
  if (file.empty()) return labels;
  const auto text = read_document(file);
  if (!text) return fail(fmt::format("there is no labels file {}", in_quotes(file)));
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) line.pop_back();
    labels.push_back(line);
  }
  while (!labels.empty() && labels.back().empty()) labels.pop_back();
  if (labels.empty()) return fail(fmt::format("the labels file {} is empty", in_quotes(file)));
  return labels;
}

Result<PipelineOptions> pipeline_options(const DetectOptions& o) {
  auto pipeline = pipeline_options(PictureOptions{.head = o.head,
                                                  .fit = o.fit,
                                                  .channels = o.channels,
                                                  .scale = o.scale,
                                                  .mean = o.mean,
                                                  .stdev = o.stdev,
                                                  .image_size = o.image_size});
  if (!pipeline) return pipeline;
  pipeline->confidence = o.confidence;
  pipeline->iou = o.iou;
  pipeline->max_detections = o.max_detections;
  return pipeline;
}

// What was not said follows from what was: two models or two sources mean dual.
Result<std::string> mode_of(const DetectOptions& o) {
  const bool rgb = !o.model0.empty(), thermal = !o.model1.empty();
  if (!o.mode.empty()) return o.mode;
  if (!rgb && !thermal) return fail("no model was given; name one with --model0 or --model1");
  if (!o.rgb_source.empty() && !o.thermal_source.empty()) return "dual";
  if (rgb && thermal) return "dual";
  return rgb ? "rgb" : "thermal";
}

Result<void> check_mode(const Both& both) {
  const auto& o = both.options;
  if (both.mode == "dual") {
    if (o.model0.empty() && o.model1.empty())
      return fail("dual mode needs at least one model; name it with --model0 or --model1");
    if (o.rgb_source.empty() || o.thermal_source.empty())
      return fail("dual mode needs --rgb-source and --thermal-source");
    return {};
  }
  const bool rgb = both.mode == "rgb";
  if ((rgb ? o.model0 : o.model1).empty())
    return fail(fmt::format("{} mode needs {}", both.mode, rgb ? "--model0" : "--model1"));
  if (o.source.empty() && (rgb ? o.rgb_source : o.thermal_source).empty())
    return fail(fmt::format("{} mode needs --source", both.mode));
  return {};
}

std::string skip_reason(const Both& both, std::string_view slot, const std::string& model) {
  if (!both.uses(slot)) return fmt::format("not used in {} mode", both.mode);
  return model.empty() ? "no model was given" : "";
}

Result<SlotSpec> make_slot(const Both& both, bool thermal) {
  const auto& o = both.options;
  SlotSpec slot;
  slot.name = thermal ? "thermal" : "rgb";
  slot.model = thermal ? o.model1 : o.model0;
  slot.skip_reason = skip_reason(both, slot.name, slot.model.string());
  const auto& own_source = thermal ? o.thermal_source : o.rgb_source;
  slot.source = own_source.empty() ? o.source : own_source;
  slot.backend = thermal && !o.thermal_backend.empty() ? o.thermal_backend : o.backend;
  auto load = load_options(o.runtime);
  if (!load) return tl::make_unexpected(load.error());
  slot.load = std::move(*load);
  auto pipeline = pipeline_options(o);
  if (!pipeline) return tl::make_unexpected(pipeline.error());
  slot.pipeline = std::move(*pipeline);
  if (thermal && !o.thermal_head.empty()) slot.pipeline.head = o.thermal_head;
  if (thermal && o.thermal_image_size) slot.pipeline.image_size = o.thermal_image_size;
  const bool own_labels = thermal && !o.thermal_labels_file.empty();
  auto labels = read_labels(own_labels ? o.thermal_labels_file : o.labels_file);
  if (!labels) return tl::make_unexpected(labels.error());
  slot.pipeline.labels = std::move(*labels);
  const bool own_truth = thermal && (both.mode == "dual" || !o.thermal_ground_truth.empty());
  slot.ground_truth = own_truth ? o.thermal_ground_truth : o.ground_truth;
  return slot;
}

}  // namespace

void add_detect_options(CLI::App& app, DetectOptions& options) {
  add_inputs(app, options);
  add_backends(app, options);
  add_pipeline(app, options);
  add_memory_options(app, options.memory, kLargestDetectLimit);
  add_measuring(app, options);
  add_run_options(app, options.run);
}

Result<RunSpec> run_spec(const DetectOptions& options) {
  const auto mode = mode_of(options);
  if (!mode) return tl::make_unexpected(mode.error());
  const Both both{options, *mode};
  if (auto checked = check_mode(both); !checked) return tl::make_unexpected(checked.error());
  RunSpec spec;
  for (const bool thermal : {false, true}) {
    auto slot = make_slot(both, thermal);
    if (!slot) return tl::make_unexpected(slot.error());
    spec.slots.push_back(std::move(*slot));
  }
  spec.max_frames = options.max_frames;
  spec.warmup = options.warmup;
  spec.solo_frames = options.solo_frames;
  spec.schedule = options.schedule == "alternate" ? Schedule::alternate : Schedule::parallel;
  spec.save_overlays = options.save_overlays;
  auto memory = memory_policy(options.memory, kLargestDetectLimit);
  if (!memory) return tl::make_unexpected(memory.error());
  spec.memory = *memory;
  if (auto read = read_duration("--tolerance", options.tolerance, spec.tolerance); !read)
    return tl::make_unexpected(read.error());
  if (auto applied = apply(options.run, spec); !applied)
    return tl::make_unexpected(applied.error());
  return spec;
}

}  // namespace jetmeter
