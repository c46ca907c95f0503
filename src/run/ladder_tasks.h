// What stands on the ladder's rungs for one session: the inference alone, with copies, inside a
// pipeline, and with the frames decoded.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "run/bench_tasks.h"
#include "run/ladder.h"
#include "run/loaded_model.h"

namespace jetmeter {

class LadderTasks {
 public:
  // All of these must outlive the tasks. A rung that cannot be had says why.
  LadderTasks(const Model&, Session&, std::span<const TensorData> inputs, const SlotSpec&,
              const Clock&);
  const std::vector<Rung>& rungs() const { return rungs_; }

 private:
  Result<void> make_pipeline(const Model&, Session&, const SlotSpec&, const Clock&);

  InferenceTask inference_;
  CopyTask copies_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<PipelineTask> frames_ready_, frames_decoded_;
  std::vector<Rung> rungs_;
};

}  // namespace jetmeter
