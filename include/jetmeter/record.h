// What a run produced: plain data, versioned, and its JSON. Every report and comparison is a view
// of a Record. The keys are described in docs/record-schema.md. Times are UTC; durations carry
// their unit in the name; what could not be measured is absent.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jetmeter/accuracy.h"
#include "jetmeter/core.h"
#include "jetmeter/machine.h"
#include "jetmeter/stats.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

inline constexpr std::string_view kRecordSchema = "jetmeter.record/1";

struct Warning {
  std::string code;     // stable, lower_snake: "bad_frames"
  std::string message;  // the fact
  std::string advice;   // what to do about it; may be empty
  std::string slot;     // empty: the whole run
};

// Something outside that got into a slot's measurement.
struct DisturbanceRecord {
  std::string code;     // that of the warning
  std::string message;  // the fact
  std::string slot;
  std::int64_t frames = 0;                     // measured
  std::optional<std::int64_t> frames_touched;  // absent: it was there, but when is not known
  std::optional<double> seconds;               // of the slot's measured time
  std::optional<double> p50_touched_ms, p50_untouched_ms;  // both, where both have five frames
};

enum class SlotStatus { completed, skipped, failed, over_budget };
std::string_view name(SlotStatus);

struct ModelRecord {
  std::string path, sha256, format;
  std::uint64_t bytes = 0;
  std::vector<TensorSpec> inputs, outputs;  // as the session ran them
  std::string shared_with;                  // the slot whose weights these are; empty: its own
};

struct BackendRecord {
  std::string name, version, device, precision;
  std::string why;  // how it came to be chosen
  int threads = 0;  // 0: the runtime's choice
  std::vector<std::pair<std::string, std::string>> options;
};

struct PipelineRecord {
  std::string kind, head, why;
  std::string fit, channels;  // "letterbox", "rgb"
  float scale = 0;
  std::array<float, 3> mean{}, stdev{};
  int input_width = 0, input_height = 0;
  float confidence = 0, iou = 0;
  int max_detections = 0, classes = 0;
  std::string labels_from;
};

struct BadFrameRecord {
  std::string name, reason;
};

struct SourceRecord {
  std::string kind, location;
  int width = 0, height = 0;
  std::optional<double> fps;
  std::optional<std::int64_t> frames_announced;
  std::int64_t frames_used = 0, frames_bad = 0;
  std::vector<BadFrameRecord> bad;  // the first hundred
};

struct PhaseRecord {
  std::string name;  // probe load hold first warmup solo search measure ladder profile unload
  double seconds = 0;
  std::optional<std::uint64_t> peak_bytes;  // footprint of the worker's process within the phase
};

struct DetectionsRecord {
  std::int64_t total = 0;
  double per_frame_mean = 0;
  std::int64_t per_frame_min = 0, per_frame_max = 0;
  std::map<std::string, std::int64_t> by_class;
};

// How it is known that a limit was passed. Readings: of the footprint, from the first to the last
// one over it. High-water mark: by the kernel's mark alone, at some time in the phase. Refused,
// killed: by what the mechanism that enforces the limit did.
enum class ViolationKind { readings, high_water_mark, refused, killed };
std::string_view name(ViolationKind);

// A limit was passed in a phase.
struct ViolationRecord {
  WallTime began{};
  double seconds = 0;  // 0: one reading
  std::string phase;
  std::optional<std::uint64_t> peak_bytes, over_bytes;  // of the footprint, where it was over
  std::optional<std::uint64_t> asked_bytes;             // of an allocation that was refused
  ViolationKind kind = ViolationKind::readings;
};

// What a model was expected to take before it was loaded.
struct ForecastRecord {
  std::string verdict;  // fits | does not fit | cannot tell
  std::string reason;
  std::optional<std::int64_t> margin_bytes;
  std::optional<std::uint64_t> weight_bytes, activation_bytes, runtime_bytes, peak_bytes;
  std::optional<double> error_percent;  // (forecast - measured) / measured
  std::vector<std::string> rests_on;
};

// The footprint of the slot's worker process: its proportional set size, and its GPU memory that
// this does not hold.
struct MemoryRecord {
  std::optional<std::uint64_t> limit_bytes;
  std::string enforcement = "unavailable";  // hard | soft | unavailable
  std::string mechanism;                    // what enforces it, or why nothing does
  std::optional<std::uint64_t> peak_bytes, mean_bytes;
  // The most that the cgroup held against the limit. Not the footprint: file pages that others had
  // read in are no part of it.
  std::optional<std::uint64_t> charged_peak_bytes;
  std::optional<bool> within_limit;
  std::vector<ViolationRecord> violations;
  std::optional<ForecastRecord> forecast;
};

// Of what `rail` names, over the slot's measured frames; slots that run at the same time share it.
struct EnergyRecord {
  // The board's rail, or those that were added: "VDD_IN". Elsewhere with its scope: "power_meter
  // (whole machine)", "GPU 0 (NVML)", "CPU package (RAPL)".
  std::string rail;
  double coverage = 0;  // share of the time that had readings
  double joules = 0;    // of the covered time
  std::optional<double> joules_per_frame, mean_watts, idle_watts;
  std::optional<double> joules_per_frame_above_idle;
};

// A slot beside the other one, against the same slot alone.
struct InterferenceRecord {
  Summary solo_latency_ms;
  std::optional<double> factor;  // p50 together / p50 alone
};

// Cold: too short to warm up, or still warming. Sustained: it goes on like this. Throttled: clocks
// were cut. Unknown: no sensor tells.
enum class ThermalVerdict { cold, sustained, throttled, unknown };
std::string_view name(ThermalVerdict);

struct ThermalRecord {
  ThermalVerdict verdict = ThermalVerdict::unknown;
  std::string reason;
  // Of the frames that began in these minutes, when the slot ran for two or more.
  std::optional<double> first_minute_p50_ms, last_minute_p50_ms;
  std::optional<double> ratio;  // last / first
};

struct DeadlineRecord {
  double period_ms = 0;  // 1000 / the source's frame rate
  std::int64_t frames = 0, misses = 0;
};

struct StageRecord {
  std::string name;  // acquire preprocess infer postprocess
  Summary ms;
};

// How far the latencies can be believed; see stats.h.
struct BelievedQuantileRecord {
  std::string name;                       // "p99"
  std::optional<double> low_ms, high_ms;  // 95 % interval
  std::optional<double> conservative_ms;  // the true one is below it, with 99 % confidence
  std::int64_t conservative_needs = 0;    // independent samples
  // What they rest on, so that anyone can take them from the raw samples again.
  std::optional<double> effective_n;          // of independent samples, as far as this one goes
  std::optional<double> low_rank, high_rank;  // among the samples, 1 the smallest
  std::optional<std::int64_t> conservative_rank_from_top;  // t, of floor(effective_n) samples
  // LoadGen's own: all samples taken for independent, the t-th largest of them.
  std::optional<double> loadgen_ms;
  std::optional<std::int64_t> loadgen_rank_from_top;
};

struct ModeRecord {
  double center_ms = 0, share = 0;
};

struct WindowRecord {
  double from_seconds = 0, to_seconds = 0;
  std::int64_t n = 0;
  std::optional<double> median_ms, throughput_fps;
};

struct StatisticsRecord {
  double confidence = kConfidence;
  std::optional<double> effective_n;  // of independent samples, as far as the median goes
  std::optional<double> mad_ms;       // median absolute deviation from the median
  std::optional<double> mean_low_ms, mean_high_ms;
  std::optional<std::int64_t> mean_group, mean_block;  // see MeanInterval
  std::vector<BelievedQuantileRecord> quantiles;
  std::int64_t outliers_low = 0, outliers_high = 0;            // told, never removed
  std::optional<double> outliers_below_ms, outliers_above_ms;  // what lies beyond is one
  std::vector<std::int64_t> outliers_first;  // the first hundred, by their index in frames.jsonl
  DriftVerdict drift = DriftVerdict::cannot_tell;
  std::optional<double> drift_percent_per_minute, drift_percent_over_run, drift_p_value;
  SteadyState::Verdict steady = SteadyState::Verdict::cannot_tell;
  std::string steady_reason;
  std::optional<double> settled_seconds;
  std::vector<WindowRecord> windows;
  std::vector<ModeRecord> modes;  // two or more, or none
};

// One trial of the search for the highest rate that holds a bound.
struct RateTrialRecord {
  double per_second = 0;
  bool holds = false;
  std::string reason;
  std::optional<double> latency_ms, drop_percent, achieved_per_second;
};

// How work was offered, and what ended it.
struct LoadRecord {
  std::string scenario;  // single multi rate poisson offline find-rate
  int in_flight = 1;     // lanes, each a session of its own
  std::optional<double> per_second;
  std::string when_busy;  // queue | drop; empty where nothing is due
  std::optional<std::uint64_t> seed;
  std::optional<double> deadline_ms;
  std::string stopped_by, stop_sentence;
  std::int64_t issued = 0, done = 0, dropped = 0, missed_deadline = 0;
  std::int64_t unserved = 0;  // due before the end and still waiting then
  // The generator's own lateness: of so many that a free lane waited for, so many began late.
  std::int64_t awaited = 0, generator_late = 0;
  std::string waiting;  // how due times were waited for
  Summary service_ms;   // from the start of the work to its end
  Summary lateness_ms;  // from when it was due to its start; none without a schedule
  std::int64_t warmup_count = 0;
  std::optional<double> loop_overhead_ns, clock_ns, clock_resolution_ns;
  // Mean time of this run between two inferences of a lane, each written down; absent where work
  // was due at times, and of fewer than a hundred inferences a lane.
  std::optional<double> between_ns;
  std::optional<double> found_per_second;
  std::string search_verdict;
  // What the measurement at that rate said of the bound; absent where it says nothing: no rate was
  // found, it did not come to its end, or is too short for the bound's percentile.
  std::optional<bool> bound_held;
  std::optional<std::string> bound_reason;
  std::vector<RateTrialRecord> trials;
  std::vector<std::string> inputs;  // "images: random in [0, 1), seed 1"
  // Measured in so many turns, another run on the same machine between two of them. Absent: alone.
  std::optional<std::int64_t> turns;
};

// One rung between the benchmark's number and the application's.
struct LadderStepRecord {
  std::string name;                  // back-to-back synchronised copies pipeline
  std::string what;                  // what it adds, in words
  std::optional<double> ms;          // per inference: median over rounds of a round's mean
  Summary latency_ms;                // where every inference is timed
  std::optional<double> per_second;  // 1000 / ms
  std::optional<double> added_ms;    // to the rung before; pipeline: to synchronised
  std::optional<double> added_low_ms, added_high_ms;  // 95 %, from rounds that belong together
  std::string reason;                                 // why there is no number
};

// Of a profile; see Session::layers().
struct LayerRecord {
  std::string name, type, device;  // device: empty where the runtime does not tell
  std::int64_t calls = 0;
  double total_ms = 0;
  double percent = 0;  // of the time of all layers
};

struct SlotRecord {
  std::string name;
  SlotStatus status = SlotStatus::skipped;
  std::string reason;  // why it was skipped or failed
  std::optional<ModelRecord> model;
  std::optional<BackendRecord> backend;
  std::optional<PipelineRecord> pipeline;
  std::optional<SourceRecord> source;
  std::vector<PhaseRecord> phases;
  std::int64_t frames = 0;                   // measured
  std::optional<double> throughput_fps;      // frames / wall time of the measure phase
  std::optional<double> fps_from_latency;    // 1000 / mean latency
  std::optional<double> first_inference_ms;  // never in the latencies below
  Summary latency_ms;                        // preprocess + infer + postprocess, per frame
  std::vector<StageRecord> stages_ms;
  std::vector<LayerRecord> layers;  // in the order of execution; empty: not profiled
  std::optional<DetectionsRecord> detections;
  std::optional<Accuracy> accuracy;
  std::vector<std::string> labels;  // by class id, for accuracy's rows
  std::optional<InterferenceRecord> interference;
  std::optional<DeadlineRecord> deadline;
  std::optional<ThermalRecord> thermal;        // absent without a measured frame
  std::optional<StatisticsRecord> statistics;  // absent without a measured frame
  std::optional<LoadRecord> load;              // of `bench`
  std::vector<LadderStepRecord> ladder;        // of `bench --ladder`
  // What a fixed piece of work took in the worker, before the model was loaded and after it was
  // gone: how fast the machine was. Empty in records of versions that did not ask.
  std::vector<double> speed_probe_ms;
  MemoryRecord memory;
  std::optional<EnergyRecord> energy;
};

struct PairsRecord {
  std::string rule, schedule;  // "by timestamp, within 50 ms"; "parallel" | "alternate"
  double tolerance_ms = 0;
  std::int64_t pairs = 0, unpaired_first = 0, unpaired_second = 0;
  Summary latency_ms;  // from the start of the first slot to the end of the last one
  std::optional<double> throughput_pairs_per_second;
  std::optional<double> max_offset_ms;
  std::optional<DeadlineRecord> deadline;
};

struct TelemetrySourceRecord {
  std::string name, status, reason;  // status: ok | absent | lost
  double cost_seconds = 0;  // CPU time that reading and keeping it took, its programs' included
  std::int64_t reads = 0, gaps = 0;  // gaps: how often it fell silent
};

struct ChannelRecord {
  std::string name;
  Unit unit = Unit::none;
  std::int64_t n = 0;
  std::optional<double> mean, min, max, p95;
};

struct BackendProbeRecord {
  std::string name, version, reason;
  bool available = false;
};

struct Record {
  struct Run {
    std::string id;
    WallTime started{}, finished{};
    std::string command;
    std::vector<std::pair<std::string, std::string>> config;  // option -> value, as it would be
                                                              // written on the command line
    // What relative paths of `config` are relative to; absent in records of older versions.
    std::optional<std::string> working_directory;
    std::string tool_version, tool_git;
    std::string verdict;  // completed | incomplete | interrupted | failed
    std::vector<Warning> warnings;
    std::vector<DisturbanceRecord> disturbances;
  } run;
  Machine machine;
  std::vector<BackendProbeRecord> backends;
  std::vector<SlotRecord> slots;
  std::optional<PairsRecord> pairs;
  std::optional<double> sampler_cpu_seconds;  // of the sampler's thread and of the programs it runs
  std::vector<TelemetrySourceRecord> telemetry_sources;
  std::vector<ChannelRecord> telemetry_channels;
};

// What has to be equal of how work was offered for two runs to say something of each other.
struct LoadCondition {
  std::string option;  // its name on the command line, "when-busy"
  std::string value;   // one spelling of it; "none" where there is nothing of it
  bool usual = false;  // where it was not asked for
};
// In a fixed order, all of them: as the load took place where its record says so, else as it was
// asked for in `config`, what was not typed by its default.
std::vector<LoadCondition> load_conditions(
    const LoadRecord&, const std::vector<std::pair<std::string, std::string>>& config);

// Indented JSON, keys in a fixed order, a newline at the end.
std::string to_json(const Record&);
// Fails on text that is not JSON, not a record, or of another major version.
Result<Record> record_from_json(std::string_view);

}  // namespace jetmeter
