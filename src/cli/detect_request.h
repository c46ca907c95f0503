// The options of `detect`, and the RunSpec that they ask for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/config_file.h"
#include "cli/subcommand.h"
#include "jetmeter/run.h"

namespace jetmeter {

struct DetectOptions {
  std::string mode;  // rgb | thermal | dual; empty: from what is given
  std::string source, rgb_source, thermal_source;
  std::string model0, model1;
  std::string backend = "auto", thermal_backend;
  std::string device;
  int threads = 0;
  std::vector<std::string> backend_options;
  std::string head = "auto", thermal_head;
  std::string fit, channels;
  std::string scale;
  std::vector<float> mean, stdev;
  int image_size = 640;
  float confidence = 0.25F, iou = 0.45F;
  int max_detections = 300;
  std::string labels_file, thermal_labels_file;
  std::string ground_truth, thermal_ground_truth;
  std::int64_t max_frames = 300, solo_frames = 30, save_overlays = 0;
  int warmup = 5;
  std::string schedule = "parallel", tolerance = "50ms", timeout = "120s";
  std::string metrics_interval = "500ms", idle_baseline = "2s";
  std::string memory_limit = "8GiB", memory_limiter = "auto", memory_architecture;
  std::string on_over_budget = "continue", preflight = "warn";
  bool memory_limit_typed = false;  // not the default
  bool strict_memory = false;
  std::string out;
};

// Puts the options on `app`, bound to `options`.
void add_detect_options(CLI::App& app, DetectOptions& options);

// Checks what one option alone cannot, and fills both slots. `out` stays as it was given.
Result<RunSpec> run_spec(const DetectOptions&);

// Every option of `app` that has a value, as `option -> value`.
OptionValues option_values(const CLI::App& app);

}  // namespace jetmeter
