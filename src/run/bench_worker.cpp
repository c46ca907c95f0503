#include "run/bench_worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "run/bench_tasks.h"
#include "run/ladder_tasks.h"
#include "run/rate_rules.h"
#include "run/sign_of_life.h"
#include "run/stop_listener.h"
#include "run/trial_watch.h"

namespace jetmeter {
namespace {

double milliseconds(Nanoseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

LoadRecord described(const BenchSpec& spec) {
  LoadRecord load;
  load.scenario = spec.find_rate ? "find-rate" : std::string(name(spec.scenario.kind));
  load.in_flight = spec.scenario.in_flight;
  const bool scheduled =
      spec.scenario.kind == ScenarioKind::rate || spec.scenario.kind == ScenarioKind::poisson;
  if (!scheduled) return load;
  if (spec.scenario.per_second > 0) load.per_second = spec.scenario.per_second;
  load.when_busy = name(spec.scenario.when_busy);
  if (spec.scenario.deadline)
    load.deadline_ms = milliseconds(*spec.scenario.deadline);
  else if (spec.scenario.kind == ScenarioKind::rate && load.per_second)
    load.deadline_ms = 1000 / *load.per_second;
  if (spec.scenario.kind == ScenarioKind::poisson) load.seed = spec.scenario.seed;
  return load;
}

}  // namespace

void BenchWorker::serve(WorkerSpec spec) {
  spec_ = std::move(spec);
  scenario_ = bench().scenario;
  report_.load = described(bench());
  if (auto prepared = prepare(); !prepared) {
    out_.send(refused_ ? MessageKind::refusal : MessageKind::error, prepared.error().what);
    return;
  }
  report_model();
  tell_report();
  out_.send(MessageKind::ready);
  obey();
}

Result<void> BenchWorker::prepare() {
  phases_.begin("probe");
  phases_.tell_speed();
  const auto overhead = measure_loop_overhead();
  report_.load.loop_overhead_ns = overhead.per_iteration_ns;
  report_.load.clock_ns = overhead.clock_ns;
  report_.load.clock_resolution_ns = overhead.clock_resolution_ns;
  auto choice = choose_backend(spec_.slot.backend, spec_.slot.model);
  if (!choice) return tl::make_unexpected(choice.error());
  loaded_.choice = *choice;
  phases_.begin("load");
  if (auto loaded = load(); !loaded) return loaded;
  if (bench().hold > Nanoseconds{0}) hold();
  if (auto done = first_inference().and_then([&] { return warm_up(); }); !done) return done;
  dump_outputs();
  return {};
}

Result<void> BenchWorker::load() {
  auto model = load_model(loaded_.choice, spec_.slot.model, spec_.slot.load);
  if (!model) return tl::make_unexpected(model.error());
  loaded_.model = std::move(*model);
  auto inputs = bench_inputs(*loaded_.model, bench());
  refused_ = !inputs;
  if (!inputs) return tl::make_unexpected(inputs.error());
  report_.load.inputs = inputs->described;
  auto lanes = BenchLanes::open(*loaded_.model, bench(), std::move(*inputs));
  if (!lanes) return tl::make_unexpected(lanes.error());
  lanes_ = std::move(*lanes);
  return {};
}

// For whoever wants to look at the loaded process from outside. Orders end it.
void BenchWorker::hold() {
  phases_.begin("hold");
  const StopListener listener(orders_.fd());
  const auto end = clock_.monotonic() + bench().hold;
  for (auto now = clock_.monotonic(); now < end && !listener.asked(); now = clock_.monotonic()) {
    std::this_thread::sleep_for(std::min<Nanoseconds>(end - now, std::chrono::milliseconds(100)));
    out_.send(MessageKind::alive);
  }
}

Result<void> BenchWorker::first_inference() {
  phases_.begin("first");
  const auto begin = clock_.monotonic();
  if (auto done = lanes_->first().run(); !done) return done;
  first_inference_ = clock_.monotonic() - begin;
  return {};
}

Result<void> BenchWorker::warm_up() {
  phases_.begin("warmup");
  lanes_->make_tasks(*loaded_.model, bench(), clock_);
  SharedWriter writer{out_, {}};
  SignOfLife sign(writer, clock_);
  LivelyTasks lively(lanes_->tasks(), sign);
  const auto count = jetmeter::warm_up(bench().warm_up, lively.tasks, {.clock = &clock_});
  if (!count) return tl::make_unexpected(count.error());
  report_.load.warmup_count = *count;
  return {};
}

// What is to be measured is not lost with a file.
void BenchWorker::dump_outputs() {
  const auto& file = bench().dump_outputs;
  if (file.empty()) return;
  const auto written = write_npz_file(file, copy_outputs(*loaded_.model, lanes_->first()));
  if (!written) report_.unwritten.push_back("the outputs: " + written.error().what);
}

void BenchWorker::report_model() {
  auto report = model_report(loaded_, lanes_->first(), spec_.slot);
  report.first_inference_ms = milliseconds(first_inference_);
  out_.send(MessageKind::model, to_json(report));
}

void BenchWorker::tell_report() {
  out_.send(MessageKind::bench, to_json(report_));
}

void BenchWorker::obey() {
  for (;;) {
    const auto order = orders_.wait();
    if (!order || order->kind == MessageKind::quit) break;
    if (order->kind != MessageKind::pass) continue;
    if (auto done = run_pass(pass_order_from_json(order->payload)); !done) {
      out_.send(MessageKind::error, done.error().what);
      return;
    }
  }
  phases_.begin("unload");
  lanes_.reset();
  loaded_.model.reset();
  phases_.end();
  phases_.tell_speed();
  out_.send(MessageKind::bye);
}

Result<void> BenchWorker::run_pass(const PassOrder& order) {
  const StopListener listener(orders_.fd());
  const LoadWorld world{.clock = &clock_, .stop = &listener.asked()};
  if (bench().find_rate) {
    phases_.begin("search");
    if (auto found = search(world); !found) return found;
  }
  const auto turns = meet_the_other(world);
  phases_.begin(order.phase);
  const auto measured = measure(world, turns.get());
  if (measured && bench().ladder && !listener.asked())
    climb_ladder(world);
  else if (bench().ladder)
    report_.notes.emplace_back(
        "the ladder was not climbed: the measurement before it had ended early");
  if (measured && bench().profile_runs > 0 && !listener.asked())
    if (auto profiled = profile_layers(world); !profiled)
      report_.notes.push_back("the layers were not profiled: " + profiled.error().what);
  tell_report();
  if (!measured) return tl::make_unexpected(measured.error());
  out_.send(MessageKind::pass_done, to_json(*measured));
  return {};
}

Result<void> BenchWorker::search(const LoadWorld& world) {
  const auto trial = [&](double per_second) {
    auto tried = try_rate(per_second, world);
    if (tried) tell_trial(*tried);
    return tried;
  };
  const auto likely =
      scenario_.per_second > 0 ? Result<double>(scenario_.per_second) : likely_rate();
  if (!likely) return tl::make_unexpected(likely.error());
  RateSearchOptions options;
  options.max_time = bench().search_time;
  options.clock = &clock_;
  options.start_per_second =
      std::clamp(*likely, options.lowest_per_second, options.highest_per_second);
  const auto found = find_rate(options, trial);
  if (!found) return tl::make_unexpected(found.error());
  // A search that somebody ended still has its trials, and what follows ends at once.
  const bool asked = world.stop && world.stop->load();
  report_.load.search_verdict = asked ? "the search was interrupted" : found->verdict;
  tell_report();
  if (found->error && !asked) return tl::make_unexpected(*found->error);
  if (!asked) report_.load.found_per_second = found->per_second;
  if (asked)
    scenario_.per_second = options.start_per_second;  // of the measurement that is not made
  if (!found->per_second && !found->trials.empty())
    scenario_.per_second = found->trials.back().per_second;  // measured all the same, to be seen
  if (found->per_second) scenario_.per_second = *found->per_second;
  report_.load.per_second = scenario_.per_second;
  return {};
}

void BenchWorker::tell_trial(const RateTrial& t) {
  report_.load.trials.push_back(
      {t.per_second, t.holds, t.reason, t.latency_ms, t.drop_percent, t.achieved_per_second});
  tell_report();
  out_.send(MessageKind::note, fmt::format("{:.4g} a second {}: {}", t.per_second,
                                           t.holds ? "holds" : "does not hold", t.reason));
}

Result<double> BenchWorker::likely_rate() {
  constexpr int kRuns = 5;
  std::vector<double> seconds;
  for (int i = 0; i < kRuns; ++i) {
    StageTimes stages;
    const auto begin = clock_.monotonic();
    if (auto done = lanes_->tasks().front()->run(stages); !done)
      return tl::make_unexpected(done.error());
    seconds.push_back(std::chrono::duration<double>(clock_.monotonic() - begin).count());
  }
  std::ranges::sort(seconds);
  const auto lanes = static_cast<double>(lanes_->tasks().size());
  return 0.5 * lanes / std::max(quantile(seconds, 0.5), 1e-9);
}

Result<RateTrial> BenchWorker::try_rate(double per_second, const LoadWorld& world) {
  constexpr int kMostLoads = 2;
  auto rules = trial_rules(bench(), per_second);
  for (int load = 1;; ++load) {
    auto trial = run_trial(per_second, rules, world);
    if (!trial || !trial->wants || load == kMostLoads) return trial;
    const auto longer = longer_trial(bench(), per_second, rules, *trial->wants);
    if (!longer) return trial;
    rules = *longer;
  }
}

Result<RateTrial> BenchWorker::run_trial(double per_second, const StopRules& rules,
                                         LoadWorld world) {
  const auto& bound = *bench().find_rate;
  auto scenario = scenario_;
  scenario.per_second = per_second;
  TrialWatch watch(bound, allowance(bound, most_requests(rules, per_second)), world.stop);
  std::vector<WatchedSamples> lists(lanes_->tasks().size(), WatchedSamples(watch));
  std::vector<LoadSink*> sinks;
  for (auto& list : lists) sinks.push_back(&list);
  SharedWriter writer{out_, {}};
  SignOfLife sign(writer, clock_);
  LivelyTasks lively(lanes_->tasks(), sign);
  watch.look();
  world.stop = &watch.ends();
  world.waits = [&] {
    sign.tell();
    watch.look();
  };
  const auto outcome = run_load(scenario, rules, lively.tasks, sinks, world);
  if (!outcome) return tl::make_unexpected(outcome.error());
  if (outcome->error) return tl::make_unexpected(*outcome->error);
  std::vector<LoadSample> samples;
  for (const auto& list : lists)
    samples.insert(samples.end(), list.samples.begin(), list.samples.end());
  const bool early = outcome->stopped_by == StopReason::interrupted;
  if (early && watch.lost())
    return judge_lost(per_second, bound, samples, *outcome, watch.allowed());
  if (early) return fail("the search was interrupted");
  return judge_rate(per_second, bound, samples, *outcome);
}

void BenchWorker::note_outcome(const LoadOutcome& outcome) {
  auto& load = report_.load;
  load.stopped_by = name(outcome.stopped_by);
  load.stop_sentence = outcome.stop_sentence;
  load.issued = outcome.issued;
  load.done = outcome.done;
  load.dropped = outcome.dropped;
  load.missed_deadline = outcome.missed_deadline;
  load.unserved = outcome.unserved;
  load.awaited = outcome.awaited;
  load.generator_late = outcome.generator_late;
  load.waiting = outcome.waiting;
  if (scenario_.kind == ScenarioKind::rate && !scenario_.deadline)
    load.deadline_ms = 1000.0 / scenario_.per_second;
  if (outcome.clock_steps_back > 0)
    report_.notes.push_back(
        fmt::format("the clock went back {} times; those samples are shorter than they were",
                    outcome.clock_steps_back));
}

std::unique_ptr<SocketTurns> BenchWorker::meet_the_other(const LoadWorld& world) {
  if (!bench().turns) return nullptr;
  phases_.begin("wait");
  const auto [descriptor, first] = *bench().turns;
  auto turns = std::make_unique<SocketTurns>(
      Descriptor(descriptor), first, TurnRules{},
      SocketTurns::World{&clock_, world.stop, [this] { out_.send(MessageKind::alive); }});
  turns->begin();
  return turns;
}

Result<PassReport> BenchWorker::measure(LoadWorld world, SocketTurns* turns) {
  SharedWriter writer{out_, {}};
  std::vector<SamplePipe> pipes;
  std::vector<LoadSink*> sinks;
  pipes.reserve(lanes_->tasks().size());
  for (std::size_t i = 0; i < lanes_->tasks().size(); ++i) {
    pipes.emplace_back(writer);
    sinks.push_back(&pipes.back());
  }
  SignOfLife sign(writer, clock_);
  world.turns = turns;
  world.waits = [&sign] { sign.tell(); };
  const auto outcome = run_load(scenario_, measured_rules(bench()), lanes_->tasks(), sinks, world);
  for (auto& pipe : pipes) pipe.flush();
  if (turns) {
    turns->finish();
    report_.load.turns = turns->taken();
  }
  if (!outcome) return tl::make_unexpected(outcome.error());
  note_outcome(*outcome);
  tell_report();
  if (outcome->error) return tl::make_unexpected(*outcome->error);
  PassReport report;
  report.wall_ns = outcome->measured().count();
  return report;
}

void BenchWorker::climb_ladder(const LoadWorld& world) {
  phases_.begin("ladder");
  const LadderTasks tasks(*loaded_.model, lanes_->first(), lanes_->inputs(), spec_.slot, clock_);
  auto rungs = tasks.rungs();
  SharedWriter writer{out_, {}};
  SignOfLife sign(writer, clock_);
  LivelyTask lively(*rungs.front().task, sign);
  rungs.front().task = &lively;
  report_.rungs = climb(rungs, ladder_for(bench().stop), world);
  note_precision(world);
}

void BenchWorker::note_precision(const LoadWorld& world) {
  const auto wanted = bench().stop.median_within_percent;
  if (!wanted || (world.stop && world.stop->load())) return;
  const bool any = std::ranges::any_of(
      report_.rungs, [](const RungMeasured& rung) { return !rung.round_ms.empty(); });
  const auto reached = median_within_percent(report_.rungs);
  if (!any || (reached && *reached <= *wanted)) return;
  const auto how = reached ? fmt::format("known to within {:.3g} %", *reached)
                           : std::string("of too few rounds to say how well they are known");
  report_.notes.push_back(fmt::format(
      "the ladder's medians are {}, where {:.3g} % were asked for: --max-time was spent "
      "on them",
      how, *wanted));
}

Result<void> BenchWorker::profile_layers(const LoadWorld& world) {
  phases_.begin("profile");
  lanes_.reset();
  loaded_.model.reset();
  auto options = spec_.slot.load;
  options.profile_layers = true;
  auto model = load_model(loaded_.choice, spec_.slot.model, options);
  if (!model) return tl::make_unexpected(model.error());
  auto alone = bench();
  alone.scenario.in_flight = 1;
  alone.copies = alone.ladder = false;
  auto inputs = bench_inputs(**model, alone);
  if (!inputs) return tl::make_unexpected(inputs.error());
  auto lanes = BenchLanes::open(**model, alone, std::move(*inputs));
  if (!lanes) return tl::make_unexpected(lanes.error());
  InferenceTask inference(lanes->first());
  SharedWriter writer{out_, {}};
  SignOfLife sign(writer, clock_);
  LivelyTask lively(inference, sign);
  for (int i = 0; i <= bench().profile_runs && !world.stop->load(); ++i) {  // the first is cold
    StageTimes stages;
    if (auto done = lively.run(stages); !done) return done;
  }
  auto layers = lanes->first().layers();
  if (!layers) return tl::make_unexpected(layers.error());
  report_.layers = std::move(*layers);
  return {};
}

}  // namespace jetmeter
