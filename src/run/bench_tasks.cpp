#include "run/bench_tasks.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace jetmeter {
namespace {

constexpr std::size_t kFramesAhead = 8;

}  // namespace

void add_stages(const RunStages& told, StageTimes& stages) {
  if (told.host_to_device) stages.set(Stage::host_to_device, *told.host_to_device);
  if (told.enqueue) stages.set(Stage::enqueue, *told.enqueue);
  if (told.compute) stages.set(Stage::compute, *told.compute);
  if (told.device_to_host) stages.set(Stage::device_to_host, *told.device_to_host);
}

Result<void> InferenceTask::run(StageTimes& stages) {
  auto done = session_.run();
  add_stages(session_.stages(), stages);
  return done;
}

CopyTask::CopyTask(Session& session, std::span<const TensorData> inputs, std::size_t outputs,
                   const Clock& clock)
    : session_(session), inputs_(inputs), outputs_(outputs), clock_(clock) {
  for (std::size_t i = 0; i < outputs; ++i) outputs_[i].resize(session_.output(i).bytes);
}

void CopyTask::copy_in() {
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    std::ranges::copy(inputs_[i].bytes, static_cast<std::byte*>(session_.input(i).data));
}

void CopyTask::copy_out() {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const auto view = session_.output(i);
    const auto bytes = std::min(view.bytes, outputs_[i].size());  // shapes may follow the data
    if (bytes > 0) std::memcpy(outputs_[i].data(), view.data, bytes);
  }
}

Result<void> CopyTask::run(StageTimes& stages) {
  const auto begin = clock_.monotonic();
  copy_in();
  stages.set(Stage::preprocess, clock_.monotonic() - begin);
  if (auto done = session_.run(); !done) return done;
  add_stages(session_.stages(), stages);
  const auto inferred = clock_.monotonic();
  copy_out();
  stages.set(Stage::postprocess, clock_.monotonic() - inferred);
  return {};
}

Result<void> SlowedTask::run(StageTimes& stages) {
  const auto begin = clock_.monotonic();
  auto done = task_->run(stages);
  const auto now = clock_.monotonic();
  const auto until =
      now + Nanoseconds(std::llround(share_ * static_cast<double>((now - begin).count())));
  while (clock_.monotonic() < until) continue;
  return done;
}

Result<std::unique_ptr<PipelineTask>> PipelineTask::make(Session& session, Pipeline& pipeline,
                                                         const Options& options,
                                                         const Clock& clock) {
  std::unique_ptr<PipelineTask> task(new PipelineTask(session, pipeline, options, clock));
  if (auto opened = task->open(); !opened) return tl::make_unexpected(opened.error());
  task->frames_.resize(1);
  if (auto first = task->acquire(); !first) return tl::make_unexpected(first.error());
  for (std::size_t i = 1; !options.acquire && i < kFramesAhead; ++i) {
    task->frames_.emplace_back();
    std::swap(task->frames_.front(), task->frames_.back());  // acquire() fills the first
    if (auto more = task->acquire(); !more) return tl::make_unexpected(more.error());
  }
  return task;
}

Result<void> PipelineTask::open() {
  auto source = open_source(options_.source);
  if (!source) return tl::make_unexpected(source.error());
  source_ = std::move(*source);
  return {};
}

Result<void> PipelineTask::acquire() {
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto more = source_->next(frames_.front());
    if (!more) return tl::make_unexpected(more.error());
    if (*more) return {};
    if (auto opened = open(); !opened) return opened;
  }
  return fail("the source holds no frame that can be read");
}

Result<void> PipelineTask::run(StageTimes& stages) {
  auto before = clock_.monotonic();
  const auto tell = [&](Stage stage) {
    const auto now = clock_.monotonic();
    stages.set(stage, now - before);
    before = now;
  };
  if (options_.acquire) {
    if (auto done = acquire(); !done) return done;
    tell(Stage::acquire);
  } else {
    ++next_;
  }
  pipeline_.preprocess(frame().image());
  tell(Stage::preprocess);
  if (auto done = session_.run(); !done) return done;
  tell(Stage::compute);
  add_stages(session_.stages(), stages);
  before = clock_.monotonic();
  pipeline_.postprocess();
  tell(Stage::postprocess);
  return {};
}

}  // namespace jetmeter
