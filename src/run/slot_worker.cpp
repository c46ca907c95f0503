#include "run/slot_worker.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

#include "run/bench_tasks.h"

namespace jetmeter {
namespace {

double milliseconds(Nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::string_view name(Fit fit) {
  switch (fit) {
    case Fit::letterbox: return "letterbox";
    case Fit::letterbox_top_left: return "letterbox-top-left";
    case Fit::stretch: return "stretch";
  }
  return "";
}

PipelineRecord pipeline_record(const PipelineInfo& info, const PipelineOptions& options) {
  PipelineRecord record;
  record.kind = "detect";
  record.head = info.head;
  record.why = info.why;
  record.fit = name(info.preprocess.fit);
  record.channels = info.preprocess.channels == Channels::rgb ? "rgb" : "bgr";
  record.scale = info.preprocess.scale;
  record.mean = info.preprocess.mean;
  record.stdev = info.preprocess.stdev;
  record.input_width = info.input_width;
  record.input_height = info.input_height;
  record.confidence = options.confidence;
  record.iou = options.iou;
  record.max_detections = options.max_detections;
  record.classes = info.classes;
  record.labels_from = info.labels_from;
  return record;
}

SourceRecord source_record(const SourceInfo& info) {
  SourceRecord record;
  record.kind = info.kind;
  record.location = info.location;
  record.width = info.width;
  record.height = info.height;
  record.fps = info.fps;
  record.frames_announced = info.frames;
  return record;
}

bool readable_now(int fd) {
  pollfd poll_fd{fd, POLLIN, 0};
  return poll(&poll_fd, 1, 0) > 0;
}

}  // namespace

SlotWorker::SlotWorker(MessageReader& orders, MessageWriter& out, ModelShare& share)
    : orders_(orders), out_(out), share_(share) {}

void SlotWorker::serve(WorkerSpec spec) {
  spec_ = std::move(spec);
  if (auto prepared = prepare(); !prepared) {
    out_.send(MessageKind::error, prepared.error().what);
    return;
  }
  report_model();
  out_.send(MessageKind::ready);
  obey();
}

Result<void> SlotWorker::prepare() {
  phases_.begin("probe");
  phases_.tell_speed();
  auto choice = choose_backend(spec_.slot.backend, spec_.slot.model);
  if (!choice) return tl::make_unexpected(choice.error());
  loaded_.choice = *choice;
  phases_.begin("load");
  return load().and_then([&] { return first_inference(); }).and_then([&] { return warm_up(); });
}

Result<void> SlotWorker::load() {
  auto model =
      share_.get([&] { return load_model(loaded_.choice, spec_.slot.model, spec_.slot.load); });
  if (!model) return tl::make_unexpected(model.error());
  loaded_.model = std::move(*model);
  const auto& kind = *pipeline_kinds().front();
  const auto shapes = kind.input_shapes(loaded_.model->info(), spec_.slot.pipeline);
  if (!shapes) return tl::make_unexpected(shapes.error());
  auto session = loaded_.model->open(*shapes);
  if (!session) return tl::make_unexpected(session.error());
  session_ = std::move(*session);
  return {};
}

Result<void> SlotWorker::first_inference() {
  phases_.begin("first");
  clear_inputs(*loaded_.model, *session_);
  const auto begin = clock_.monotonic();
  if (auto done = session_->run(); !done) return done;
  first_inference_ = clock_.monotonic() - begin;
  auto pipeline =
      pipeline_kinds().front()->make(loaded_.model->info(), *session_, spec_.slot.pipeline);
  if (!pipeline) return tl::make_unexpected(pipeline.error());
  pipeline_ = std::move(*pipeline);
  return {};
}

Result<void> SlotWorker::warm_up() {
  phases_.begin("warmup");
  if (auto opened = rewind(); !opened) return opened;
  Frame frame;
  const auto more = source_->next(frame);
  if (!more) return tl::make_unexpected(more.error());
  if (!*more) {
    const auto bad = source_->bad();
    return fail(bad.empty() ? "the source holds no frame"
                            : fmt::format("the source holds no frame that can be read; {}: {}",
                                          bad.front().name, bad.front().reason));
  }
  for (int i = 0; i < spec_.warmup; ++i) {
    pipeline_->preprocess(frame.image());
    if (auto done = session_->run(); !done) return done;
    pipeline_->postprocess();
  }
  return {};
}

// A live source goes on where it is; all others start again, so that every pass sees the same.
Result<void> SlotWorker::rewind() {
  if (source_ && source_->info().live) return {};
  auto source = open_source(spec_.slot.source);
  if (!source) return tl::make_unexpected(source.error());
  source_ = std::move(*source);
  return {};
}

void SlotWorker::report_model() {
  auto report = model_report(loaded_, *session_, spec_.slot);
  report.pipeline = pipeline_record(pipeline_->info(), spec_.slot.pipeline);
  report.labels = pipeline_->info().labels;
  report.first_inference_ms = milliseconds(first_inference_);
  report.source = source_record(source_->info());
  report.source_labels = source_->info().labels;
  report.live = source_->info().live;
  out_.send(MessageKind::model, to_json(report));
}

void SlotWorker::obey() {
  while (!quit_) {
    const auto order = orders_.wait();
    if (!order || order->kind == MessageKind::quit) break;
    if (order->kind != MessageKind::pass) continue;
    if (auto done = run_pass(pass_order_from_json(order->payload)); !done) {
      out_.send(MessageKind::error, done.error().what);
      return;
    }
  }
  phases_.begin("unload");
  pipeline_.reset();
  session_.reset();
  loaded_.model.reset();
  phases_.end();
  phases_.tell_speed();
  out_.send(MessageKind::bye);
}

Result<void> SlotWorker::run_pass(const PassOrder& order) {
  phases_.begin(order.phase);
  if (auto opened = rewind(); !opened) return opened;
  const auto began = clock_.monotonic();
  pass_end_ = began;
  PassReport report;
  {
    Prefetcher prefetcher(*source_, clock_, {.limit = order.frames, .indices = order.indices});
    if (auto done = run_frames(order, prefetcher); !done) return done;
    if (const auto error = prefetcher.error()) report.source_error = error->what;
  }
  report.wall_ns = (pass_end_ - began).count();
  constexpr std::size_t kListed = 100;
  const auto bad = source_->bad();
  report.frames_bad = count_frames(bad);
  for (const auto& frame : bad.first(std::min(bad.size(), kListed)))
    report.bad.push_back({frame.name, frame.reason});
  out_.send(MessageKind::pass_done, to_json(report));
  return {};
}

Result<void> SlotWorker::run_frames(const PassOrder& order, Prefetcher& prefetcher) {
  while (!quit_ && may_go_on(order.in_step)) {
    auto* item = prefetcher.take();
    if (!item) return {};
    auto done = run_frame(*item);
    prefetcher.give_back(item);
    if (!done) return done;
  }
  return {};
}

bool SlotWorker::may_go_on(bool in_step) {
  if (!in_step && !readable_now(orders_.fd())) return true;
  const auto order = orders_.wait();
  if (order && order->kind == MessageKind::go) return true;
  quit_ = !order || order->kind == MessageKind::quit;
  return false;
}

Result<void> SlotWorker::run_frame(const Prefetcher::Item& item) {
  const auto begin = clock_.monotonic();
  pipeline_->preprocess(item.frame.image());
  const auto prepared = clock_.monotonic();
  if (auto done = session_->run(); !done) return done;
  const auto inferred = clock_.monotonic();
  const auto detections = pipeline_->postprocess();
  const auto end = clock_.monotonic();

  FrameSample sample;
  sample.index = item.frame.index;
  sample.started_ns = begin.count();
  sample.acquire_ns = item.acquire.count();
  sample.preprocess_ns = (prepared - begin).count();
  sample.infer_ns = (inferred - prepared).count();
  sample.postprocess_ns = (end - inferred).count();
  sample.latency_ns = (end - begin).count();
  add_stages(session_->stages(), sample.stages);
  sample.width = item.frame.width;
  sample.height = item.frame.height;
  if (item.frame.timestamp) sample.timestamp_ns = item.frame.timestamp->count();
  pass_end_ = end;
  const bool heard = out_.send_frame(sample, item.frame.id, detections, item.frame.truth);
  quit_ = quit_ || !heard;
  return {};
}

}  // namespace jetmeter
