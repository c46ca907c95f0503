// What supervisor and worker tell each other besides frames, and its JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/record.h"
#include "jetmeter/run.h"

namespace jetmeter {

// Supervisor to worker: one pass over the source.
struct PassOrder {
  std::string phase;                  // "solo", "measure"
  std::int64_t frames = 0;            // 0: until the source ends
  std::vector<std::int64_t> indices;  // only these; empty: all
  bool in_step = false;               // waits for a `go` before each frame
};

// Worker to supervisor: a phase begins now; the one before it took this much.
struct PhaseReport {
  std::string begins;  // empty: none, the slot is about to leave
  std::optional<PhaseRecord> ended;
  std::int64_t at_ns = 0;  // monotonic: when one ended and the other began
};

struct PassReport {
  std::int64_t wall_ns = 0;  // from the order to the end of the last frame
  std::int64_t frames_bad = 0;
  std::vector<BadFrameRecord> bad;          // the first hundred
  std::optional<std::string> source_error;  // the source was lost before its end
};

// Worker to supervisor, once the model runs.
struct ModelReport {
  ModelRecord model;
  BackendRecord backend;
  std::optional<PipelineRecord> pipeline;  // neither under load alone
  std::optional<SourceRecord> source;
  std::vector<std::string> labels;
  double first_inference_ms = 0;
  std::vector<std::string> source_labels;  // of the truth that the frames carry
  bool live = false;
};

std::string to_json(const SlotSpec&, int warmup);
struct WorkerSpec {
  SlotSpec slot;
  int warmup = 0;
};
WorkerSpec worker_spec_from_json(std::string_view);

std::string to_json(const PassOrder&);
PassOrder pass_order_from_json(std::string_view);
std::string to_json(const PhaseReport&);
PhaseReport phase_report_from_json(std::string_view);
std::string to_json(const PassReport&);
PassReport pass_report_from_json(std::string_view);
std::string to_json(const ModelReport&);
ModelReport model_report_from_json(std::string_view);

}  // namespace jetmeter
