// The life of one slot inside its worker process: load, first inference, warm-up, then the passes
// that the supervisor orders. Reports every phase and every frame as it goes.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "jetmeter/backend.h"
#include "jetmeter/frames.h"
#include "jetmeter/pipeline.h"
#include "run/loaded_model.h"
#include "run/model_share.h"
#include "run/orders.h"
#include "run/prefetch.h"
#include "run/wire.h"
#include "run/worker_phases.h"

namespace jetmeter {

class SlotWorker {
 public:
  SlotWorker(MessageReader& orders, MessageWriter& out, ModelShare& share);
  // Returns when the supervisor says quit or is gone, or after an error was sent.
  void serve(WorkerSpec);

 private:
  // Each step's error is a sentence for the report.
  Result<void> prepare();
  Result<void> load();
  Result<void> first_inference();
  Result<void> warm_up();
  void report_model();
  void obey();
  Result<void> run_pass(const PassOrder&);
  Result<void> run_frames(const PassOrder&, Prefetcher&);
  Result<void> run_frame(const Prefetcher::Item&);
  // True when the pass goes on: in step, waits for the next `go`.
  bool may_go_on(bool in_step);
  Result<void> rewind();

  MessageReader& orders_;
  MessageWriter& out_;
  ModelShare& share_;
  const Clock& clock_ = system_clock();
  WorkerSpec spec_;

  LoadedModel loaded_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<FrameSource> source_;
  Nanoseconds first_inference_{0};
  Nanoseconds pass_end_{0};

  WorkerPhases phases_{out_, clock_};
  bool quit_ = false;
};

}  // namespace jetmeter
