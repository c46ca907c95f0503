#include "run/ladder_tasks.h"

namespace jetmeter {

LadderTasks::LadderTasks(const Model& model, Session& session, std::span<const TensorData> inputs,
                         const SlotSpec& slot, const Clock& clock)
    : inference_(session), copies_(session, inputs, model.info().outputs.size(), clock) {
  std::string reason;
  if (auto made = make_pipeline(model, session, slot, clock); !made)
    reason = "no pipeline around this model: " + made.error().what;
  rungs_ = {
      {"back-to-back", "one after the other, timed as a whole", &inference_, false, ""},
      {"synchronised", "each waited for and timed by itself", &inference_, true, ""},
      {"copies", "inputs copied in, outputs copied out", &copies_, true, ""},
      {"pipeline", "synchronised, frames pre- and outputs postprocessed", frames_ready_.get(), true,
       reason, "synchronised"},
      {"decoding", "the pipeline, frames decoded as well", frames_decoded_.get(), true, reason}};
}

Result<void> LadderTasks::make_pipeline(const Model& model, Session& session, const SlotSpec& slot,
                                        const Clock& clock) {
  auto pipeline = pipeline_kinds().front()->make(model.info(), session, slot.pipeline);
  if (!pipeline) return tl::make_unexpected(pipeline.error());
  pipeline_ = std::move(*pipeline);
  auto ready = PipelineTask::make(session, *pipeline_, {slot.source, false}, clock);
  if (!ready) return tl::make_unexpected(ready.error());
  auto decoded = PipelineTask::make(session, *pipeline_, {slot.source, true}, clock);
  if (!decoded) return tl::make_unexpected(decoded.error());
  frames_ready_ = std::move(*ready);
  frames_decoded_ = std::move(*decoded);
  return {};
}

}  // namespace jetmeter
