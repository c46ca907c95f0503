// The options of `detect`, and the RunSpec that they ask for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/common_options.h"
#include "jetmeter/run.h"

namespace jetmeter {

struct DetectOptions {
  std::string mode;  // rgb | thermal | dual; empty: from what is given
  std::string source, rgb_source, thermal_source;
  std::string model0, model1;
  std::string backend = "auto", thermal_backend;
  BackendOptions runtime;
  std::string head = "auto", thermal_head;
  std::string fit, channels;
  std::string scale;
  std::vector<float> mean, stdev;
  std::optional<int> image_size, thermal_image_size;
  float confidence = 0.25F, iou = 0.45F;
  int max_detections = 300;
  std::string labels_file, thermal_labels_file;
  std::string ground_truth, thermal_ground_truth;
  std::int64_t max_frames = 300, solo_frames = 30, save_overlays = 0;
  int warmup = 5;
  std::string schedule = "parallel", tolerance = "50ms";
  MemoryOptions memory;
  RunOptions run;
};

// Puts the options on `app`, bound to `options`.
void add_detect_options(CLI::App& app, DetectOptions& options);

// Checks what one option alone cannot, and fills both slots. `out` stays as it was given.
Result<RunSpec> run_spec(const DetectOptions&);

}  // namespace jetmeter
