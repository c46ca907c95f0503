// What a load does again and again: an inference, with more or less around it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/backend.h"
#include "jetmeter/frames.h"
#include "jetmeter/inputs.h"
#include "jetmeter/load.h"
#include "jetmeter/pipeline.h"

namespace jetmeter {

// What a runtime tells of its last inference, as stages of a load.
void add_stages(const RunStages& told, StageTimes&);

// One inference on what lies in the session's inputs.
class InferenceTask final : public Task {
 public:
  explicit InferenceTask(Session& session) : session_(session) {}
  Result<void> run(StageTimes&) override;

 private:
  Session& session_;
};

// The same, with the inputs copied from the application's memory before it (stage preprocess) and
// the outputs into it afterwards (stage postprocess).
class CopyTask final : public Task {
 public:
  // `inputs` must outlive the task: one per input of the model.
  CopyTask(Session& session, std::span<const TensorData> inputs, std::size_t outputs,
           const Clock& clock);
  Result<void> run(StageTimes&) override;

 private:
  void copy_in();
  void copy_out();

  Session& session_;
  std::span<const TensorData> inputs_;
  std::vector<std::vector<std::byte>> outputs_;
  const Clock& clock_;
};

// Another task, held up on purpose by a share of the time that it took: does who compares the runs
// notice? It spins, as code that has become slower would, and does not sleep.
class SlowedTask final : public Task {
 public:
  SlowedTask(std::unique_ptr<Task> task, double share, const Clock& clock)
      : task_(std::move(task)), share_(share), clock_(clock) {}
  Result<void> run(StageTimes&) override;

 private:
  std::unique_ptr<Task> task_;
  double share_;
  const Clock& clock_;
};

// A pipeline's whole frame: preprocess, inference, postprocess; and, where `acquire` is asked for,
// the decoding of the frame before it. Frames come again from the start when they end.
class PipelineTask final : public Task {
 public:
  struct Options {
    std::string source;
    bool acquire = false;  // else the first eight frames, decoded beforehand
  };
  static Result<std::unique_ptr<PipelineTask>> make(Session&, Pipeline&, const Options&,
                                                    const Clock&);
  Result<void> run(StageTimes&) override;

 private:
  PipelineTask(Session& session, Pipeline& pipeline, Options options, const Clock& clock)
      : session_(session), pipeline_(pipeline), options_(std::move(options)), clock_(clock) {}
  Result<void> open();
  Result<void> acquire();
  const Frame& frame() const { return frames_[next_ % frames_.size()]; }

  Session& session_;
  Pipeline& pipeline_;
  Options options_;
  const Clock& clock_;
  std::unique_ptr<FrameSource> source_;
  std::vector<Frame> frames_;
  std::size_t next_ = 0;
};

}  // namespace jetmeter
