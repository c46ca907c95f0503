// A record as a dual run writes it, every field filled, for the tests of everything that reads
// records; and what a failure leaves of it.
#pragma once

#include <chrono>
#include <string>

#include "jetmeter/record.h"

namespace jetmeter {

// A distribution around `ms`, with the percentiles that 400 frames carry.
inline Summary sample_summary(double ms) {
  Summary s;
  s.n = 400;
  s.mean = ms;
  s.stdev = ms * 0.125;
  s.min = ms * 0.75;
  s.max = ms * 2.5;
  s.p50 = ms * 0.96875;
  s.p90 = ms * 1.25;
  s.p95 = ms * 1.375;
  s.p99 = ms * 1.75;
  s.unsupported = {{"p999", 2995}};
  return s;
}

inline Accuracy sample_accuracy() {
  Accuracy accuracy;
  accuracy.images = 40;
  accuracy.truths = 210;
  accuracy.map50 = 0.8015;
  accuracy.map50_95 = 0.5625;
  accuracy.precision50 = 0.90625;
  accuracy.recall50 = 0.875;
  accuracy.classes = {{0, 150, 0.75, 0.5}, {2, 60, 0.853, 0.625}};
  return accuracy;
}

inline PipelineRecord sample_pipeline() {
  PipelineRecord pipeline;
  pipeline.kind = "detect";
  pipeline.head = "yolo";
  pipeline.why = "output [1, 84, 8400]";
  pipeline.fit = "letterbox";
  pipeline.channels = "rgb";
  pipeline.scale = 1.0F / 255.0F;
  pipeline.mean = {0.45F, 0.5F, 0.25F};
  pipeline.stdev = {1.0F, 2.0F, 0.1F};
  pipeline.input_width = pipeline.input_height = 640;
  pipeline.confidence = 0.25F;
  pipeline.iou = 0.45F;
  pipeline.max_detections = 300;
  pipeline.classes = 80;
  pipeline.labels_from = "the model's metadata";
  return pipeline;
}

inline DetectionsRecord sample_detections() {
  return {1777,
          4.4425,
          0,
          17,
          {{"person", 900},
           {"car", 600},
           {"bicycle", 90},
           {"bus", 70},
           {"dog", 40},
           {"truck", 30},
           {"cat", 20},
           {"kite", 15},
           {"traffic light", 10},
           {"bench", 2}}};
}

// A limit of 3 GiB that the runtime was asked to keep.
inline MemoryRecord sample_memory(std::uint64_t peak_bytes) {
  MemoryRecord memory;
  memory.limit_bytes = 3221225472;
  memory.enforcement = "soft";
  memory.mechanism = "gpu_mem_limit of onnxruntime";
  memory.peak_bytes = peak_bytes;
  memory.mean_bytes = 212860928;
  memory.within_limit = peak_bytes <= *memory.limit_bytes;
  memory.forecast = ForecastRecord{"fits",
                                   "it needs about 200 MiB, and the limit is 3.00 GiB",
                                   3011510272,
                                   12582912,
                                   41943040,
                                   155189248,
                                   209715200,
                                   -4.75,
                                   {"runtime: measured on this machine"}};
  return memory;
}

inline StatisticsRecord sample_statistics() {
  StatisticsRecord statistics;
  statistics.effective_n = 250.5;
  statistics.mad_ms = 0.75;
  statistics.mean_low_ms = 15.75;
  statistics.mean_high_ms = 16.25;
  statistics.mean_group = 1;
  statistics.mean_block = 4;
  statistics.quantiles = {{"p50", 15.875, 16.125, 16.25, 11, 250.5, 175.5, 225.5, 106, 16.0, 176},
                          {"p90", 18.5, 19.5, 20.0, 64, 200.0, 342.5, 374.5, 10, 19.75, 26},
                          {"p95", {}, {}, 21.0, 130, 150.0, {}, {}, 1, 20.75, 9},
                          {"p99", {}, {}, {}, 662, 100.0, {}, {}, {}, {}, {}},
                          {"p999", {}, {}, {}, 6636, 50.0, {}, {}, {}, {}, {}}};
  statistics.outliers_high = 3;
  statistics.outliers_below_ms = 11.5;
  statistics.outliers_above_ms = 21.5;
  statistics.outliers_first = {17, 204, 399};
  statistics.drift = DriftVerdict::rising;
  statistics.drift_percent_per_minute = 18.75;
  statistics.drift_percent_over_run = 2.5;
  statistics.drift_p_value = 0.0025;
  statistics.steady = SteadyState::Verdict::settled_late;
  statistics.steady_reason = "window 1 of 2 is 12 % above the last";
  statistics.settled_seconds = 4.0;
  statistics.windows = {{0, 4, 200, 17.5, 48.0}, {4, 8, 200, 15.5, 52.0}};
  statistics.modes = {{15.5, 0.75}, {17.5, 0.25}};
  return statistics;
}

inline LoadRecord sample_load() {
  LoadRecord load;
  load.scenario = "find-rate";
  load.in_flight = 2;
  load.per_second = 48.5;
  load.when_busy = "queue";
  load.deadline_ms = 20.625;
  load.stopped_by = "minimums_met";
  load.stop_sentence = "stopped after 8.00 s and 400 inferences: the minimum of 3.00 s is reached";
  load.issued = 404;
  load.done = 400;
  load.dropped = 4;
  load.missed_deadline = 12;
  load.unserved = 1;
  load.awaited = 300;
  load.generator_late = 2;
  load.waiting = "by the timer alone: 2 lanes on 2 cores leave none to spin on";
  load.service_ms = sample_summary(15.0);
  load.lateness_ms = sample_summary(1.0);
  load.warmup_count = 24;
  load.loop_overhead_ns = 61.5;
  load.clock_ns = 24.5;
  load.clock_resolution_ns = 10.0;
  load.between_ns = 2048.0;
  load.found_per_second = 48.5;
  load.search_verdict = "48.5 per second hold p99 < 33 ms; 49.2 do not";
  load.bound_held = true;
  load.bound_reason = "p99 is 28.0 ms, within 33.0 ms";
  load.trials = {{32.0, true, "p99 is 18.4 ms, within 33.0 ms", 18.4, {}, 31.9},
                 {64.0, false, "p99 is 212 ms, over 33.0 ms", 212.0, 0.5, 52.25}};
  load.inputs = {"images: random in [0, 1), seed 1"};
  return load;
}

inline SlotRecord sample_rgb_slot() {
  SlotRecord slot;
  slot.name = "rgb";
  slot.status = SlotStatus::completed;
  slot.model = ModelRecord{"models/yolov8n.onnx",
                           std::string(64, 'a'),
                           "onnx",
                           12851047,
                           {{"images", ElementType::float32, {1, 3, 640, 640}}},
                           {{"output0", ElementType::float16, {1, 84, kDynamic}}},
                           ""};
  slot.backend = BackendRecord{"onnxruntime",
                               "1.23.2",
                               "cpu",
                               "fp32",
                               "first of the order that loads it",
                               4,
                               {{"graph_optimization", "all"}}};
  slot.pipeline = sample_pipeline();
  slot.source =
      SourceRecord{"image_dir",
                   "street/rgb",
                   1280,
                   720,
                   25.0,
                   402,
                   400,
                   2,
                   {{"0017.jpg", "it ends before its end marker"}, {"0031.jpg", "empty"}}};
  slot.phases = {{"load", 0.25, 104857600},   {"first", 0.03125, 209715200},
                 {"warmup", 0.125, {}},       {"solo", 1.5, 209715200},
                 {"measure", 8.0, 220200960}, {"unload", 0.015625, {}}};
  slot.frames = 400;
  slot.throughput_fps = 50.0;
  slot.fps_from_latency = 62.5;
  slot.speed_probe_ms = {3, 3.125};
  slot.first_inference_ms = 31.25;
  slot.latency_ms = sample_summary(16.0);
  slot.stages_ms = {{"acquire", sample_summary(4.0)},
                    {"preprocess", sample_summary(1.5)},
                    {"infer", sample_summary(14.0)},
                    {"postprocess", sample_summary(0.5)}};
  slot.layers = {{"/model.0/conv/Conv", "Conv", "cpu", 20, 150.0, 75.0},
                 {"/model.0/act|Mul", "Mul", "cpu", 20, 12.5, 6.25},
                 {"/model.22/Concat", "Concat", "", 40, 37.5, 18.75}};
  slot.detections = sample_detections();
  slot.accuracy = sample_accuracy();
  slot.labels = {"person", "bicycle", "car"};
  slot.interference = InterferenceRecord{sample_summary(12.5), 1.28};
  slot.deadline = DeadlineRecord{40.0, 400, 3};
  slot.thermal = ThermalRecord{ThermalVerdict::sustained, "tj-thermal stayed at 61.5 °C in 12 min",
                               15.0, 15.75, 1.05};
  slot.statistics = sample_statistics();
  slot.memory = sample_memory(220200960);
  slot.energy = EnergyRecord{"VDD_IN", 0.985, 62.0, 0.155, 7.75, 5.25, 0.05};
  return slot;
}

inline SlotRecord sample_thermal_slot() {
  auto slot = sample_rgb_slot();
  slot.name = "thermal";
  slot.model->path = "models/yolo11n_thermal.onnx";
  slot.model->shared_with = "rgb";
  slot.source = SourceRecord{"video", "street/thermal.mp4", 640, 512, 25.0, 400, 400, 0, {}};
  slot.throughput_fps = 49.5;
  slot.fps_from_latency = 80.0;
  slot.latency_ms = sample_summary(12.5);
  slot.detections = DetectionsRecord{820, 2.05, 1, 6, {{"person", 800}, {"car", 20}}};
  slot.accuracy.reset();
  slot.layers.clear();
  slot.interference->factor = 1.05;
  slot.thermal = ThermalRecord{
      ThermalVerdict::cold, "12.3 s is less than the 10 min 00 s that it takes", {}, {}, {}};
  slot.memory = sample_memory(3328599654);
  slot.memory.violations = {{WallTime(std::chrono::sys_days(std::chrono::year(2026) / 1 / 31) +
                                      std::chrono::hours(12) + std::chrono::seconds(3)),
                             1.5, "measure", 3328599654, 107374182}};
  slot.energy.reset();
  return slot;
}

inline Machine sample_machine() {
  Machine machine;
  machine.board = Board{"NVIDIA Jetson Orin Nano Developer Kit",
                        "36.4.4",
                        "6.2.1",
                        "Jetson Orin Nano 8GB Super",
                        "p3767-0005",
                        "tegra234"};
  machine.memory_architecture = MemoryArchitecture::unified;
  machine.cpu = "ARMv8 Processor rev 1 (v8l)";
  machine.cores = 6;
  machine.memory_total_bytes = 7990120448;
  machine.gpus = {{"Orin integrated GPU", {}}};
  machine.kernel = "5.15.148-tegra";
  machine.power_mode = "25W";
  machine.governor = "schedutil";
  machine.power_mode_id = 1;
  machine.fan_profile = "quiet";
  machine.virtual_machine = false;
  machine.active_sms = 8;
  machine.clocks = {{1344000000, 918000000, 3199000000}, {1344000000, 918000000, {}}, false};
  return machine;
}

inline PairsRecord sample_pairs() {
  PairsRecord pairs;
  pairs.rule = "by timestamp, within 50 ms";
  pairs.schedule = "parallel";
  pairs.tolerance_ms = 50;
  pairs.pairs = 400;
  pairs.unpaired_first = 2;
  pairs.latency_ms = sample_summary(18.0);
  pairs.throughput_pairs_per_second = 49.25;
  pairs.max_offset_ms = 12.5;
  pairs.deadline = DeadlineRecord{40.0, 400, 5};
  return pairs;
}

inline Record sample_record() {
  using namespace std::chrono;
  Record record;
  record.run.id = "2026-01-31T12-00-00Z";
  record.run.started = WallTime(sys_days(2026y / 1 / 31) + 12h + 123456us);
  record.run.finished = record.run.started + 12345678us;
  record.run.command = "jetmeter detect --mode dual --rgb-source street/rgb";
  record.run.config = {{"mode", "dual"},
                       {"conf", "0.25"},
                       {"labels", "a|b"},
                       {"backend-option", "a=1"},
                       {"backend-option", "b=2"}};
  record.run.tool_version = "0.1.0";
  record.run.tool_git = "0123456789ab";
  record.run.verdict = "completed";
  record.run.warnings = {
      {"bad_frames",
       "2 frames of the source could not be used, first 0017.jpg: it ends before its "
       "end marker",
       "they are listed in report.json; the others were measured", "rgb"},
      {"governor", "the frequency governor is schedutil", "sudo jetson_clocks", ""}};
  record.run.disturbances = {
      {"other_cpu_load", "other programs took 1.5 of the 6 cores (at most 1.9) for 4.5 s", "rgb",
       400, 225, 4.5, 17.25, 15.0},
      {"gpu_shared",
       "other programs held memory on the GPU at the end: Xorg (812, 17.5 MiB)",
       "rgb",
       400,
       {},
       {},
       {},
       {}}};
  record.machine = sample_machine();
  record.backends = {{"onnxruntime", "1.23.2", "", true},
                     {"tensorrt", "", "not in this build: TensorRT was not found", false}};
  record.slots = {sample_rgb_slot(), sample_thermal_slot()};
  record.pairs = sample_pairs();
  record.sampler_cpu_seconds = 0.0125;
  record.telemetry_sources = {
      {"memory", "ok", "", 0.0042, 25, 0},
      {"hwmon_power", "absent", "no INA3221 under /sys/class/hwmon", 0, 0, 0},
      {"tegrastats", "lost", "no value in 3 readings in a row", 0.001, 12, 1}};
  record.telemetry_channels = {
      {"memory.available", Unit::byte, 25, 4294967296.0, 4026531840.0, 4563402752.0, 4500000000.0},
      {"thermal.cpu", Unit::celsius, 25, 51.25, 49.5, 53.0, 52.5},
      {"pressure.cpu", Unit::none, 1, 0.5, 0.5, 0.5, {}},
      {"gpu.load", Unit::percent, 0, {}, {}, {}, {}}};
  return record;
}

// What `bench --find-rate --ladder --layers 20` leaves.
inline Record sample_record_of_a_bench() {
  auto record = sample_record();
  record.pairs.reset();
  record.run.disturbances.clear();
  record.slots.resize(1);
  auto& slot = record.slots[0];
  slot.name = "model";
  slot.pipeline.reset();
  slot.source.reset();
  slot.detections.reset();
  slot.accuracy.reset();
  slot.interference.reset();
  slot.labels.clear();
  slot.deadline = DeadlineRecord{20.625, 404, 12};
  slot.stages_ms = {{"host_to_device", sample_summary(0.5)},
                    {"enqueue", sample_summary(1.0)},
                    {"compute", sample_summary(14.0)},
                    {"device_to_host", sample_summary(0.25)}};
  slot.load = sample_load();
  slot.ladder = {
      {"back-to-back", "one after the other", 14.0, {}, 71.5, {}, {}, {}, ""},
      {"copies", "inputs copied in", 14.5, sample_summary(14.5), 69.0, 0.5, 0.25, 0.75, ""},
      {"pipeline",
       "frames pre- and outputs postprocessed",
       {},
       {},
       {},
       {},
       {},
       {},
       "no pipeline around this model: no head reads 1x10"}};
  return record;
}

// The thermal slot's worker dies while it loads; the other slot is complete.
inline Record sample_record_of_a_failure() {
  auto record = sample_record();
  record.run.verdict = "incomplete";
  SlotRecord thermal;
  thermal.name = "thermal";
  thermal.status = SlotStatus::failed;
  thermal.reason = "the worker was killed by SIGSEGV while it loaded \"a|b, c.onnx\"";
  thermal.phases = {{"probe", 0.0625, {}}};
  record.slots[1] = thermal;
  record.slots[0].interference.reset();
  record.pairs.reset();
  return record;
}

}  // namespace jetmeter
