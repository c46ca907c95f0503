// The supervisor's side of one slot: what its worker said, and what it is doing now.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "jetmeter/accuracy.h"
#include "run/phase_spans.h"
#include "run/process.h"
#include "run/results.h"
#include "run/run_dir.h"
#include "run/sample_lines.h"
#include "run/wire.h"

namespace jetmeter {

// `broken`: the slot has failed, its process lives on for another slot.
enum class LaneState { waiting, loading, ready, in_pass, leaving, broken, gone };

// What a lane needs of the world to write its lines.
struct LaneOutput {
  RunDir* dir = nullptr;
  const Clock* clock = nullptr;
  std::function<void(const Warning&)> warn;
  std::function<void(std::string_view)> note;
  bool keep_for_overlays = false;
};

class Lane {
 public:
  Lane(SlotSpec spec, LaneOutput output);

  SlotData data;
  LaneState state = LaneState::waiting;
  // Frames of a pass in step: asked for and not yet answered; position of the next one.
  bool go_outstanding = false;
  bool in_step = false;
  std::size_t next_pair = 0;

  void attach(pid_t worker, ChildPipes pipes);
  void send_spec(int warmup);
  int events() const { return pipes_.events.get(); }
  bool alive() const { return state != LaneState::waiting && state != LaneState::gone; }
  // Something is expected of the worker now, so that silence means that it hangs.
  bool busy() const;
  Nanoseconds last_sign() const { return last_sign_; }
  const std::string& phase() const { return phase_; }
  // Of a time at which none ran any more the model is gone; what the process still does is its own
  // end.
  const PhaseSpans& phases() const { return spans_; }
  std::int64_t frames_in_pass() const;
  std::int64_t frames_expected() const { return order_.frames_expected; }

  void begin_pass(const PassOrder&, std::int64_t frames_expected);
  void go();
  void stop_pass();
  void quit();
  // Reads what has arrived. False when the worker closed its end.
  bool receive();
  // The worker is gone; `why` is empty when it was to be.
  void leave(const std::string& why);
  // The slot ends here for its memory's sake; its worker may live on.
  void pass_budget(const std::string& why);
  // `background`: frames without labels are pictures without objects.
  void use_ground_truth(const GroundTruth* truth, bool background);

 private:
  struct Order {
    PassOrder pass;
    std::int64_t frames_expected = 0;
  };
  void handle(const Message&);
  void handle_error(const std::string& what);
  void handle_frame(std::string_view payload);
  void handle_samples(std::string_view payload);
  void make_room();
  void tell_note(std::string_view payload);
  void keep_speed(std::string_view payload);
  void begin_phase(std::string_view payload);
  void keep_detections(const FrameMessage&);
  void keep_truth(const FrameMessage&);
  void write_frame(const FrameMessage&);
  void write_detections(const FrameMessage&);
  void finish_pass(std::string_view payload);
  std::optional<std::vector<Truth>> truth_of(const FrameMessage&);
  std::optional<std::vector<Truth>> labels_of(const FrameMessage&);
  bool measuring() const { return order_.pass.phase == "measure"; }
  PassData& pass() { return measuring() ? data.measure : data.solo; }
  void fail_with(const std::string& reason);

  LaneOutput output_;
  pid_t worker_ = -1;
  ChildPipes pipes_;
  std::optional<MessageReader> reader_;
  std::optional<MessageWriter> writer_;
  std::string phase_;
  PhaseSpans spans_;
  Nanoseconds last_sign_{0};
  Order order_;
  std::optional<SampleLines> lines_;  // of the pass
  const GroundTruth* truth_ = nullptr;
};

}  // namespace jetmeter
