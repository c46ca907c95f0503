#include "jetmeter/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "jetmeter/report.h"
#include "jetmeter/version.h"
#include "run/chrome_trace.h"
#include "run/layer_trace.h"
#include "run/overlays.h"
#include "run/preflight.h"
#include "run/request_check.h"
#include "run/run_notes.h"
#include "run/run_telemetry.h"
#include "run/schedule.h"
#include "run/self_warnings.h"
#include "run/sha256.h"
#include "run/supervisor.h"

namespace jetmeter {
namespace {

tl::unexpected<Error> about(const SlotSpec& slot, const Error& error) {
  return fail(fmt::format("{}: {}", slot.name, error.what));
}

// One run, step by step. Each step leaves what the next one needs in the members.
class Run {
 public:
  Run(const RunSpec& spec, const RunContext& context) : spec_(spec), context_(context) {
    context_.warn = [this](const Warning& warning) { warn(warning); };
    std::error_code error;
    const auto folder = std::filesystem::absolute(spec_.out, error);
    for (auto& slot : spec_.slots)
      if (slot.bench && !slot.bench->dump_outputs.empty())
        slot.bench->dump_outputs = folder / slot.bench->dump_outputs;
  }

  Result<RunOutcome> operator()() {
    started_ = context_.clock->wall();
    step(1, "Checking the machine");
    machine_ = identify_machine(context_.host);
    if (spec_.memory.architecture) machine_.memory_architecture = *spec_.memory.architecture;
    note(describe(machine_));
    step(2, "Checking the request");
    if (auto checked = check(); !checked) return tl::make_unexpected(checked.error());
    forecast_memory();
    step(3, is_load() ? "Checking the inputs" : "Opening the sources");
    if (auto opened = open_sources(); !opened) return tl::make_unexpected(opened.error());
    auto dir = RunDir::create(spec_.out);
    if (!dir) return tl::make_unexpected(dir.error());
    dir_ = &*dir;
    for (const auto& line : announced_) dir_->log(started_, line);
    announced_.clear();
    step(4, "Starting telemetry");
    RunTelemetry telemetry(*dir_, context_, spec_);
    telemetry.measure_idle();
    telemetry.end_of_idle();
    Supervisor supervisor(spec_, context_, *dir_, telemetry.sampler(), telemetry.log());
    measure(supervisor);
    telemetry.stop();
    collect(supervisor, telemetry);
    step(7, "Writing the reports");
    return write_reports(supervisor, telemetry);
  }

 private:
  void step(int number, std::string_view what) {
    const auto line = fmt::format("[{}/7] {}", number, what);
    if (dir_)
      dir_->log(context_.clock->wall(), line);
    else
      announced_.push_back(line);
    if (context_.step) context_.step(number, what);
  }

  void note(std::string_view text) {
    const auto line = fmt::format("      {}", text);
    if (dir_)
      dir_->log(context_.clock->wall(), line);
    else
      announced_.push_back(line);
    if (context_.note) context_.note(text);
  }

  void warn(const Warning& warning) {
    keep(warning);
    if (outer_warn_) outer_warn_(warning);
  }

  // For the record and the log alone: a person is told otherwise.
  void keep(const Warning& warning) {
    warnings_.push_back(warning);
    const auto who = warning.slot.empty() ? "" : warning.slot + ": ";
    if (dir_) dir_->log(context_.clock->wall(), fmt::format("WARNING {}{}", who, warning.message));
  }

  // Work of the same kind again and again, not the frames of a stream.
  bool is_load() const {
    return std::ranges::any_of(spec_.slots, [](const SlotSpec& s) { return s.bench.has_value(); });
  }
  Result<void> check();
  void forecast_memory();
  Result<void> open_sources();
  Result<void> read_truth(const SlotSpec&);
  void measure(Supervisor&);
  void name_truth_classes(Supervisor&);
  void warn_of_unlabelled(const SlotData&, const std::optional<GroundTruth>&);
  void warn_of_left_out(const SlotSpec&, const std::vector<std::string>& categories);
  std::optional<Pairing> plan_pairs();
  void collect(Supervisor&, RunTelemetry&);
  void refuse(SlotData&) const;
  void draw_overlays(const SlotData&);
  void write_trace();
  // Files of the workers' own.
  std::vector<Error> unwritten_by_workers();
  std::optional<PairsRecord> pairs() const;
  // Everything but the warnings, some of which rest on it.
  Record make_record(const Supervisor&, const RunTelemetry&) const;
  RunOutcome write_reports(const Supervisor&, const RunTelemetry&);

  RunSpec spec_;
  RunContext context_;
  std::function<void(const Warning&)> outer_warn_ = context_.warn;
  WallTime started_{};
  Machine machine_;
  std::vector<std::string> announced_;  // before there was a log to write to
  std::vector<SourceInfo> sources_;     // one per slot; of skipped slots empty
  std::vector<std::optional<GroundTruth>> truths_;
  std::vector<PreflightResult> forecasts_;
  std::optional<Pairing> pairing_;
  std::vector<SlotData> slots_;
  std::vector<Warning> warnings_;
  RunDir* dir_ = nullptr;
};

Result<void> Run::check() {
  const auto checked = check_request(spec_, [this](std::string_view text) { note(text); });
  if (!checked) return checked;
  if (const auto clamped = clamped_limit(spec_.memory)) warn(*clamped);
  for (const auto& changed : changed_models(spec_)) warn(changed);
  return {};
}

void Run::forecast_memory() {
  forecasts_ = preflight(spec_, context_);
  for (std::size_t i = 0; i < forecasts_.size(); ++i) {
    const auto& [forecast, fit, beside_others] = forecasts_[i];
    if (!forecast || !forecast->peak_bytes) continue;
    auto& slot = spec_.slots[i];
    const auto text = fmt::format("{}: {}", forecast->verdict, forecast->reason);
    note(fmt::format("{}: {}", slot.name, text));
    if (fit == MemoryFit::does_not_fit && spec_.memory.preflight == Preflight::refuse) {
      slot.skip_reason = "refused before the load: " + forecast->reason;
    } else if (fit != MemoryFit::fits) {
      const bool sure = fit == MemoryFit::does_not_fit;
      warn({"memory_forecast", "the forecast says: " + text,
            sure ? "a smaller model or input, or --preflight refuse to not even try"
                 : "a smaller model or input; the run will tell",
            slot.name});
    }
  }
}

// A live source is opened by its worker alone: two readers of one camera would fight.
Result<void> Run::open_sources() {
  if (auto checked = check_inputs(spec_); !checked) return checked;
  for (const auto& slot : spec_.slots) {
    sources_.emplace_back();
    truths_.emplace_back();
    if (!runs(slot) || slot.bench) continue;
    const auto parsed = parse_source(slot.source);
    if (!parsed) return about(slot, parsed.error());
    if (parsed->kind->name == "camera") {
      sources_.back().kind = "camera";
      sources_.back().live = true;
    } else {
      const auto source = open_source(slot.source);
      if (!source) return about(slot, source.error());
      sources_.back() = (*source)->info();
    }
    note(fmt::format("{}: {}", slot.name, describe(sources_.back())));
    if (auto read = read_truth(slot); !read) return about(slot, read.error());
  }
  return {};
}

Result<void> Run::read_truth(const SlotSpec& slot) {
  if (slot.ground_truth.empty()) return {};
  auto truth = read_ground_truth(slot.ground_truth, slot.pipeline.labels);
  if (!truth) return tl::make_unexpected(truth.error());
  truths_.back() = std::move(*truth);
  return {};
}

std::optional<Pairing> Run::plan_pairs() {
  std::vector<const SourceInfo*> streams;
  for (std::size_t i = 0; i < spec_.slots.size(); ++i)
    if (runs(spec_.slots[i])) streams.push_back(&sources_[i]);
  if (is_load() || streams.size() != 2) return std::nullopt;
  if (const auto ignored = schedule_warning(spec_.schedule, *streams[0], *streams[1]))
    warn(*ignored);
  if (streams[0]->live || streams[1]->live) return std::nullopt;
  return pair_frames(*streams[0], *streams[1],
                     {.tolerance = spec_.tolerance, .limit = spec_.max_frames});
}

void Run::warn_of_left_out(const SlotSpec& slot, const std::vector<std::string>& categories) {
  if (categories.empty()) return;
  warn({"ground_truth_categories",
        fmt::format("objects of {} categories that the model does not know are not counted: {}",
                    categories.size(), fmt::join(categories, ", ")),
        "give the model's names with --labels-file if they are spelt differently", slot.name});
}

// COCO's categories go by name, and the names of the classes are known only now.
void Run::name_truth_classes(Supervisor& supervisor) {
  auto lane = supervisor.lanes().begin();
  for (std::size_t i = 0; i < spec_.slots.size(); ++i) {
    if (!runs(spec_.slots[i])) continue;
    auto& current = **lane++;
    if (!truths_[i] || truths_[i]->format != "coco" || !current.data.model) continue;
    auto named = read_ground_truth(spec_.slots[i].ground_truth, current.data.model->labels);
    if (named) {
      *truths_[i] = std::move(*named);
      warn_of_left_out(spec_.slots[i], truths_[i]->left_out);
      continue;
    }
    current.use_ground_truth(nullptr, false);
    warn({"ground_truth", fmt::format("the ground truth is of no use: {}", named.error().what),
          "accuracy is absent; see --labels-file", spec_.slots[i].name});
  }
}

void Run::warn_of_unlabelled(const SlotData& slot, const std::optional<GroundTruth>& truth) {
  if (!truth) return;
  if (const auto warning = truth_warning(slot.truth_use, *truth, slot.spec.name)) warn(*warning);
}

void Run::measure(Supervisor& supervisor) {
  pairing_ = plan_pairs();
  for (std::size_t i = 0; i < spec_.slots.size(); ++i) {
    if (!runs(spec_.slots[i])) continue;
    auto& lane = supervisor.add_lane(spec_.slots[i]);
    if (truths_[i])
      lane.use_ground_truth(&*truths_[i], unlabelled_is_background(*truths_[i], sources_[i]));
  }
  step(5, "Loading the models");
  supervisor.load();
  for (const auto& lane : supervisor.lanes())
    if (lane->state == LaneState::ready) note(describe(lane->data));
  name_truth_classes(supervisor);
  step(6, "Measuring");
  supervisor.solo();
  supervisor.measure(pairing_);
  supervisor.unload();
}

void Run::refuse(SlotData& slot) const {
  slot.status = SlotStatus::over_budget;
  slot.refused = true;
  if (spec_.memory.limit_bytes)
    slot.budget = Budget{*spec_.memory.limit_bytes, Enforcement::unavailable,
                         "the forecast refused the model, and nothing was loaded"};
}

void add_file_facts(SlotData& slot) {
  if (!slot.model) return;
  std::error_code error;
  slot.model->model.sha256 = sha256_of_file(slot.spec.model).value_or("");
  slot.model->model.bytes = std::filesystem::file_size(slot.spec.model, error);
}

// Back into the order of the request, skipped slots included.
void Run::collect(Supervisor& supervisor, RunTelemetry& telemetry) {
  auto lane = supervisor.lanes().begin();
  for (std::size_t i = 0; i < spec_.slots.size(); ++i) {
    const auto& slot = spec_.slots[i];
    auto& data = slots_.emplace_back();
    if (runs(slot)) {
      data = std::move((*lane++)->data);
      telemetry.add_to(data);
      add_file_facts(data);
      warn_of_unlabelled(data, truths_[i]);
    } else {
      data.spec = slot;
      data.reason = slot.skip_reason;
      if (forecasts_[i].forecast) refuse(data);
    }
    data.forecast = forecasts_[i].forecast;
    data.beside_others = forecasts_[i].beside_others;
  }
  telemetry.judge(slots_, machine_);
}

void Run::draw_overlays(const SlotData& slot) {
  if (spec_.save_overlays == 0 || slot.overlay_frames.empty()) return;
  OverlayJob job{slot.spec.name, slot.spec.source, slot.model->labels, {}};
  const auto total = static_cast<std::int64_t>(slot.overlay_frames.size());
  for (const auto position : spread(spec_.save_overlays, total))
    job.frames.push_back(slot.overlay_frames[static_cast<std::size_t>(position)]);
  if (const auto written = write_overlays(job, *dir_); !written)
    warn({"overlays", "overlays were not written: " + written.error().what, "", slot.spec.name});
}

void Run::write_trace() {
  const auto trace = layer_trace(slots_);
  if (!trace.processes.empty()) dir_->write("trace.json", chrome_trace(trace));
}

std::vector<Error> Run::unwritten_by_workers() {
  std::vector<Error> unwritten;
  for (const auto& slot : slots_) {
    if (!slot.bench) continue;
    for (const auto& sentence : slot.bench->unwritten) {
      keep({"not_written", sentence, "", slot.spec.name});
      unwritten.push_back({fmt::format("{}: {}", slot.spec.name, sentence)});
    }
  }
  return unwritten;
}

std::optional<PairsRecord> Run::pairs() const {
  std::vector<const SlotData*> both;
  for (const auto& slot : slots_)
    if (!slot.measure.samples.empty()) both.push_back(&slot);
  if (both.size() != 2) return std::nullopt;
  const auto& first = *both[0];
  const auto& second = *both[1];
  if (is_load()) return std::nullopt;
  const bool live = first.model->live && second.model->live;
  if (!pairing_ && !live) return std::nullopt;
  const auto pairing =
      pairing_ ? *pairing_
               : pair_by_arrival(first.measure.samples, second.measure.samples, spec_.tolerance);
  const auto schedule = applied_schedule(spec_.schedule, pairing_.has_value());
  return pairs_record({pairing, schedule, spec_.tolerance}, first, second, period_ms(slots_));
}

Record Run::make_record(const Supervisor& supervisor, const RunTelemetry& telemetry) const {
  Record record;
  record.run.id = std::filesystem::absolute(spec_.out / ".").parent_path().filename().string();
  record.run.started = started_;
  record.run.finished = context_.clock->wall();
  record.run.command = spec_.command;
  record.run.config = spec_.config;
  std::error_code error;
  if (const auto folder = std::filesystem::current_path(error); !error)
    record.run.working_directory = folder.string();
  record.run.tool_version = kVersion;
  record.run.tool_git = kGitRevision;
  record.machine = machine_;
  for (const auto* backend : backends()) {
    const auto probe = backend->probe();
    record.backends.push_back(
        {std::string(backend->name), probe.version, probe.reason, probe.available});
  }
  for (const auto& slot : slots_)
    record.slots.push_back(slot_record(slot, period_ms(slot, slots_)));
  record.pairs = pairs();
  telemetry.add_to(record);
  record.run.verdict = verdict(record.slots, supervisor.interrupted());
  return record;
}

RunOutcome Run::write_reports(const Supervisor& supervisor, const RunTelemetry& telemetry) {
  for (const auto& warning : telemetry.warnings(machine_)) warn(warning);
  for (const auto& slot : slots_) draw_overlays(slot);
  write_trace();
  auto unwritten = unwritten_by_workers();
  RunOutcome outcome{make_record(supervisor, telemetry), supervisor.interrupted(), {}};
  for (std::size_t i = 0; i < slots_.size(); ++i)
    for (const auto& warning : self_warnings(slots_[i], outcome.record.slots[i])) warn(warning);
  outcome.record.run.warnings = warnings_;
  const auto refused = [](const SlotData& slot) { return slot.wrong_request; };
  outcome.refused = std::ranges::any_of(slots_, refused) &&
                    std::ranges::all_of(slots_, [&](const SlotData& slot) {
                      return refused(slot) || slot.status == SlotStatus::skipped;
                    });
  dir_->release_reserve();
  for (const auto* format : formats())
    if (format->name != "text")
      dir_->write("report" + std::string(format->extension), format->render(outcome.record, {}));
  dir_->log(context_.clock->wall(), fmt::format("verdict: {}", outcome.record.run.verdict));
  dir_->sync();
  outcome.unwritten = dir_->failures();
  outcome.unwritten.insert(outcome.unwritten.end(), unwritten.begin(), unwritten.end());
  return outcome;
}

}  // namespace

Result<RunOutcome> run(const RunSpec& spec, const RunContext& context) {
  std::signal(SIGPIPE, SIG_IGN);  // a worker that died is noticed by its closed pipe
  return Run(spec, context)();
}

}  // namespace jetmeter
