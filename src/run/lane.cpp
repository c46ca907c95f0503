#include "run/lane.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <new>
#include <nlohmann/json.hpp>

#include "jetmeter/backend.h"

namespace jetmeter {
namespace {

// A JSON string, quotes included.
std::string json_string(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string label(const std::vector<std::string>& labels, int class_id) {
  const auto index = static_cast<std::size_t>(class_id);
  return class_id >= 0 && index < labels.size() ? labels[index] : fmt::format("class_{}", class_id);
}

// Truth in the source's classes as truth in the model's, by name. Absent when they share none:
// such a model was not made to find these objects.
std::optional<std::vector<Truth>> relabel(std::vector<Truth> truth,
                                          const std::vector<std::string>& from,
                                          const std::vector<std::string>& to) {
  const bool related = std::ranges::any_of(
      from, [&](const auto& name) { return std::ranges::find(to, name) != to.end(); });
  if (!related) return std::nullopt;
  std::erase_if(truth, [&](Truth& object) {
    const auto index = static_cast<std::size_t>(object.class_id);
    if (index >= from.size()) return true;
    const auto place = std::ranges::find(to, from[index]);
    object.class_id = static_cast<int>(place - to.begin());
    return place == to.end();
  });
  return truth;
}

}  // namespace

Lane::Lane(SlotSpec spec, LaneOutput output) : output_(std::move(output)) {
  data.spec = std::move(spec);
}

void Lane::attach(pid_t worker, ChildPipes pipes) {
  worker_ = worker;
  pipes_ = std::move(pipes);
  reader_.emplace(pipes_.events.get());
  writer_.emplace(pipes_.control.get());
  state = LaneState::loading;
  phase_ = "probe";
  last_sign_ = output_.clock->monotonic();
  spans_.begin(phase_, last_sign_);
  data.status = SlotStatus::failed;  // until it has come to its end
}

void Lane::send_spec(int warmup) {
  writer_->send(MessageKind::spec, to_json(data.spec, warmup));
}

bool Lane::busy() const {
  if (state == LaneState::loading || state == LaneState::leaving) return true;
  return state == LaneState::in_pass && (!in_step || go_outstanding);
}

std::int64_t Lane::frames_in_pass() const {
  const auto& samples = measuring() ? data.measure.samples : data.solo.samples;
  return static_cast<std::int64_t>(samples.size());
}

void Lane::begin_pass(const PassOrder& pass, std::int64_t frames_expected) {
  order_ = {pass, frames_expected};
  lines_.emplace(data.spec.name, pass.phase);
  if (data.spec.bench && measuring()) make_room();
  in_step = pass.in_step;
  go_outstanding = false;
  next_pair = 0;
  state = LaneState::in_pass;
  last_sign_ = output_.clock->monotonic();
  writer_->send(MessageKind::pass, to_json(pass));
}

// Address space for the samples, taken up only as they come: copies of millions into ever larger
// vectors would hold the worker up, and be in memory twice.
void Lane::make_room() {
  constexpr std::int64_t kMost = 2'000'000;
  const auto count = std::clamp<std::int64_t>(data.spec.bench->stop.max_count, 0, kMost);
  try {
    data.measure.samples.reserve(static_cast<std::size_t>(count));
  } catch (const std::bad_alloc&) {  // an address space that is limited: the vector grows as it can
  }
}

void Lane::go() {
  go_outstanding = true;
  last_sign_ = output_.clock->monotonic();
  writer_->send(MessageKind::go);
}

void Lane::stop_pass() {
  in_step = false;  // from here on an answer is due
  writer_->send(MessageKind::stop);
}

void Lane::quit() {
  state = LaneState::leaving;
  last_sign_ = output_.clock->monotonic();
  writer_->send(MessageKind::quit);
}

bool Lane::receive() {
  const auto status = reader_->fill();
  while (const auto message = reader_->next()) {
    last_sign_ = output_.clock->monotonic();
    handle(*message);
  }
  return status == MessageReader::Status::open;
}

void Lane::leave(const std::string& why) {
  state = LaneState::gone;
  pipes_ = {};
  if (!why.empty() && data.reason.empty()) fail_with(why);
}

void Lane::fail_with(const std::string& reason) {
  data.status = SlotStatus::failed;
  data.reason = reason;
  output_.dir->log(output_.clock->wall(), fmt::format("ERROR {}: {}", data.spec.name, reason));
}

void Lane::handle(const Message& message) {
  switch (message.kind) {
    case MessageKind::phase: return begin_phase(message.payload);
    case MessageKind::model: data.model = model_report_from_json(message.payload); return;
    case MessageKind::ready: state = LaneState::ready; return;
    case MessageKind::frame: return handle_frame(message.payload);
    case MessageKind::samples: return handle_samples(message.payload);
    case MessageKind::bench: data.bench = bench_report_from_json(message.payload); return;
    case MessageKind::pass_done: return finish_pass(message.payload);
    case MessageKind::speed: return keep_speed(message.payload);
    case MessageKind::note: return tell_note(message.payload);
    case MessageKind::refusal: data.wrong_request = true; [[fallthrough]];
    case MessageKind::error: return handle_error(std::string(message.payload));
    default: return;
  }
}

void Lane::tell_note(std::string_view payload) {
  const auto text = fmt::format("{}: {}", data.spec.name, payload);
  output_.dir->log(output_.clock->wall(), "      " + text);
  if (output_.note) output_.note(text);
}

void Lane::keep_speed(std::string_view payload) {
  const double nanoseconds = std::strtod(std::string(payload).c_str(), nullptr);
  if (nanoseconds > 0) data.speed_probe_ms.push_back(nanoseconds / 1e6);
}

void Lane::begin_phase(std::string_view payload) {
  const auto report = phase_report_from_json(payload);
  if (report.ended) data.phases.push_back(*report.ended);
  phase_ = report.begins;
  spans_.begin(phase_, Nanoseconds(report.at_ns),
               report.ended ? report.ended->peak_bytes : std::nullopt);
  if (phase_ == "hold" && output_.note)
    output_.note(fmt::format("{}: process {} holds the loaded model for {}", data.spec.name,
                             worker_, format_duration(data.spec.bench->hold)));
}

void Lane::handle_error(const std::string& what) {
  state = LaneState::broken;
  const bool refusing = data.budget && data.budget->mechanism == kRefusingMechanism;
  if (!refusing || !is_refused_allocation(what)) return fail_with(what);
  ViolationRecord refused{.began = output_.clock->wall(), .phase = phase_};
  refused.asked_bytes = refused_bytes(what);
  refused.kind = ViolationKind::refused;
  data.violations.push_back(std::move(refused));
  pass_budget(fmt::format("in phase {} memory was refused beyond the limit of {} ({}): {}", phase_,
                          format_bytes(data.budget->limit_bytes), data.budget->mechanism, what));
}

void Lane::pass_budget(const std::string& why) {
  fail_with(why);
  data.status = SlotStatus::over_budget;
}

void Lane::handle_frame(std::string_view payload) {
  const auto frame = parse_frame(payload);
  if (!frame) return;
  go_outstanding = false;
  const auto& indices = order_.pass.indices;
  const auto place = std::ranges::lower_bound(indices, frame->sample.index);
  next_pair = static_cast<std::size_t>(place - indices.begin()) + 1;
  pass().samples.push_back(frame->sample);
  write_frame(*frame);
  if (!measuring()) return;
  keep_detections(*frame);
  keep_truth(*frame);
  write_detections(*frame);
}

// One write for all that came together.
void Lane::handle_samples(std::string_view payload) {
  const auto samples = parse_samples(payload);
  for (const auto& load : samples) {
    lines_->add(load);
    if (load.outcome == Outcome::dropped) {
      ++data.dropped;
      continue;
    }
    FrameSample sample;
    sample.index = load.index;
    sample.started_ns = load.scheduled_ns;
    sample.began_ns = load.began_ns;
    sample.latency_ns = load.latency_ns();
    sample.stages = load.stages;
    data.measure.samples.push_back(sample);
  }
  if (!samples.empty()) output_.dir->append(Stream::frames, lines_->text());
  lines_->clear();
}

void Lane::keep_detections(const FrameMessage& frame) {
  data.detections_per_frame.push_back(static_cast<std::int64_t>(frame.detections.size()));
  for (const auto& detection : frame.detections) ++data.detections_by_class[detection.class_id];
  if (output_.keep_for_overlays && data.model && !data.model->live)  // cannot be read again
    data.overlay_frames.push_back({frame.sample.index, frame.detections});
}

void Lane::keep_truth(const FrameMessage& frame) {
  if (auto truth = truth_of(frame)) data.images.push_back({frame.detections, std::move(*truth)});
}

void Lane::use_ground_truth(const GroundTruth* truth, bool background) {
  truth_ = truth;
  data.truth_use.background = background;
}

std::optional<std::vector<Truth>> Lane::truth_of(const FrameMessage& frame) {
  if (truth_) return labels_of(frame);
  if (!data.model || data.model->source_labels.empty()) return std::nullopt;
  return relabel(frame.truth, data.model->source_labels, data.model->labels);
}

std::optional<std::vector<Truth>> Lane::labels_of(const FrameMessage& frame) {
  auto& use = data.truth_use;
  if (const auto* image = truth_->find(frame.id)) {
    ++use.labelled;
    return image->in_pixels(frame.sample.width, frame.sample.height);
  }
  if (use.unlabelled++ == 0) use.first_unlabelled = frame.id;
  if (use.background) return std::vector<Truth>{};
  return std::nullopt;
}

void Lane::write_frame(const FrameMessage& frame) {
  const auto& s = frame.sample;
  output_.dir->append(
      Stream::frames,
      fmt::format(R"({{"slot":{},"pass":"{}","index":{},"id":{},"started_ns":{},"acquire_ns":{},)"
                  R"("preprocess_ns":{},"infer_ns":{},"postprocess_ns":{},"latency_ns":{},)"
                  R"("timestamp_ns":{},"detections":{}}})",
                  json_string(data.spec.name), order_.pass.phase, s.index, json_string(frame.id),
                  s.started_ns, s.acquire_ns, s.preprocess_ns, s.infer_ns, s.postprocess_ns,
                  s.latency_ns, s.timestamp_ns < 0 ? "null" : std::to_string(s.timestamp_ns),
                  frame.detections.size()));
}

void Lane::write_detections(const FrameMessage& frame) {
  if (frame.detections.empty() || !data.model) return;
  fmt::memory_buffer line;
  auto out = std::back_inserter(line);
  fmt::format_to(out, R"({{"slot":{},"index":{},"id":{},"detections":[)",
                 json_string(data.spec.name), frame.sample.index, json_string(frame.id));
  std::string_view separator;
  for (const auto& detection : frame.detections) {
    const auto& box = detection.box;
    fmt::format_to(out,
                   R"({}{{"class_id":{},"class":{},"score":{:.4f},"box":[{:.2f},{:.2f},)"
                   R"({:.2f},{:.2f}]}})",
                   separator, detection.class_id,
                   json_string(label(data.model->labels, detection.class_id)), detection.score,
                   box.x1, box.y1, box.x2, box.y2);
    separator = ",";
  }
  fmt::format_to(out, "]}}");
  output_.dir->append(Stream::detections, {line.data(), line.size()});
}

void Lane::finish_pass(std::string_view payload) {
  pass().report = pass_report_from_json(payload);
  state = LaneState::ready;
  go_outstanding = false;
  if (!measuring()) return;
  const auto& report = *data.measure.report;
  if (report.source_error && data.measure.samples.empty()) return fail_with(*report.source_error);
  if (report.source_error)
    output_.warn({"source_lost", fmt::format("the source ended early: {}", *report.source_error),
                  "the frames before are in the report", data.spec.name});
  if (report.frames_bad > 0)
    output_.warn({"bad_frames",
                  fmt::format("{} of the source could not be used, first {}: {}",
                              report.frames_bad == 1 ? std::string("1 frame")
                                                     : fmt::format("{} frames", report.frames_bad),
                              report.bad.front().name, report.bad.front().reason),
                  "they are listed in report.json; the others were measured", data.spec.name});
}

}  // namespace jetmeter
