#include "cli/bench_request.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "cli/number_checks.h"

namespace jetmeter {
namespace {

void add_model(CLI::App& app, BenchOptions& o) {
  const char* group = "What to run";
  app.add_option("--model,model", o.models, "model files; several are a sweep")->group(group);
  add(app, group, "--batch", o.batch, "extent of an open first axis")->capture_default_str();
  app.add_option("--shape", o.shapes,
                 "of an input with open axes: images=1x3x640x640; may be repeated")
      ->group(group)
      ->allow_extra_args(false);
  app.add_option("--input", o.inputs,
                 "what an input holds: images=random:-1:1, mask=const:1, x=x.npy, all.npz, "
                 "images=cat.jpg, x=raw:x.bin; may be repeated; default: random")
      ->group(group)
      ->allow_extra_args(false);
  add(app, group, "--seed", o.seed, "of random inputs and of random arrivals")
      ->check(whole_from_zero())
      ->capture_default_str();
  app.add_flag("--copies", o.copies,
               "copy inputs in before and outputs out after every inference, as stages")
      ->group(group);
  const char* backend = "Backend";
  add(app, backend, "--backend", o.backend, "runtime that loads the model")->capture_default_str();
  add_backend_options(app, o.runtime);
  add(app, backend, "--threads", o.threads, "threads inside one inference; 0: the runtime's choice")
      ->capture_default_str();
}

void add_load(CLI::App& app, BenchOptions& o) {
  const char* group = "Load";
  add(app, group, "--scenario", o.scenario,
      "single: one at a time; multi: --streams at a time; rate: one every 1/--rate s; poisson: at "
      "random, --rate a second; offline: all at once; default: multi with several --streams, rate "
      "with --find-rate, else single")
      ->check(CLI::IsMember({"single", "multi", "rate", "poisson", "offline"}));
  add(app, group, "--streams", o.streams, "sessions that work at the same time")
      ->capture_default_str();
  add(app, group, "--rate", o.rate, "a second; with --find-rate where the search begins")
      ->check(not_negative());
  add(app, group, "--when-busy", o.when_busy, "queue or drop what is due while all streams work")
      ->check(CLI::IsMember({"queue", "drop"}))
      ->capture_default_str();
  add(app, group, "--queue-limit", o.queue_limit, "drop what would wait behind so many; 0: none")
      ->check(not_negative());
  add(app, group, "--deadline", o.deadline,
      "from when work was due; default with rate: the period");
  add(app, group, "--count", o.offline_count, "offline: inferences in all")->check(not_negative());
  app.add_flag("--find-rate", o.find_rate,
               "search the highest rate that holds --bound, then measure at it")
      ->group(group);
  app.add_option("--bound", o.bounds,
                 "of --find-rate: p99<33ms, drops<5%, or one of each; default: drops<5%")
      ->group(group)
      ->allow_extra_args(false);
  add(app, group, "--trial-time", o.trial_time, "of --find-rate: of each trial, at least")
      ->capture_default_str();
  add(app, group, "--search-time", o.search_time, "of --find-rate: no trial begins later; 0: none")
      ->capture_default_str();
}

void add_stop(CLI::App& app, BenchOptions& o) {
  const char* group = "How long";
  add(app, group, "--min-time,--duration", o.min_time, "at least so long, and")
      ->capture_default_str();
  add(app, group, "--min-count", o.min_count, "at least so many inferences, and")
      ->check(whole_from_one())
      ->capture_default_str();
  add(app, group, "--precision", o.precision,
      "until the median is known to so many percent (half its 95 % interval): 1%; the ladder's "
      "rungs too");
  add(app, group, "--max-time", o.max_time, "but never longer")->capture_default_str();
  add(app, group, "--max-count", o.max_count, "and never more inferences")
      ->check(whole_from_one())
      ->capture_default_str();
  add(app, group, "--warmup", o.warmup, "inferences before measuring, at least")
      ->check(not_negative())
      ->capture_default_str();
  add(app, group, "--warmup-time", o.warmup_time, "of warming up, at least")->capture_default_str();
}

void add_closer_look(CLI::App& app, BenchOptions& o) {
  const char* group = "A closer look";
  app.add_flag(
         "--ladder", o.ladder,
         "the way from the benchmark's number to the application's: back to back, "
         "synchronised, with copies, with the whole pipeline; each for --min-time, 2s at least, "
         "and until --precision, in --max-time for all")
      ->group(group);
  add(app, group, "--source", o.source, "frames of the ladder's pipeline")->capture_default_str();
  add(app, group, "--head", o.head, "layout of the model's outputs, for the ladder's pipeline")
      ->capture_default_str();
  add(app, group, "--imgsz,--image-size", o.image_size,
      "of the ladder's pipeline, where the model leaves it open")
      ->check(CLI::Range(32, 8192));
  add(app, group, "--layers", o.layers,
      "inferences under the backend's layer profiler, after measuring; 0: none")
      ->check(CLI::Range(0, 10000));
  add(app, group, "--dump-outputs", o.dump_outputs,
      "the outputs of one inference as .npz, a file that is not there yet; in a sweep a name "
      "alone, "
      "in every step's folder");
  add(app, group, "--hold-after-load", o.hold,
      "keep the loaded model for so long before its first inference, for an observer outside")
      ->capture_default_str();
  add(app, group, "--inject-slowdown", o.inject_slowdown,
      "hold every inference up by so much of its time (3%), to see whether a gate would notice");
  add(app, "", "--take-turns", o.turns, "what `compare --ab` starts its runs with");
}

Result<int> whole(const std::string& option, const std::string& text, int least, int most) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
    return fail(
        fmt::format("{} {} is not a number from {} to {}", option, in_quotes(text), least, most));
  return value;
}

ScenarioKind kind_of(const BenchOptions& o, int streams) {
  if (o.scenario.empty() && o.find_rate) return ScenarioKind::rate;
  if (o.scenario.empty() && streams > 1) return ScenarioKind::multi;
  for (const auto kind :
       {ScenarioKind::multi, ScenarioKind::rate, ScenarioKind::poisson, ScenarioKind::offline})
    if (o.scenario == name(kind)) return kind;
  return ScenarioKind::single;
}

// What only work that is due at a time has; a default that was written out is no request.
Result<void> check_due_options(const BenchOptions& o, ScenarioKind kind, bool due) {
  const auto refuse = [&](std::string_view option) -> Result<void> {
    return fail(fmt::format("{} needs --scenario rate or poisson, not {}", option, name(kind)));
  };
  const bool drops = o.when_busy == "drop";
  if (due && drops && o.queue_limit > 0)
    return fail("--queue-limit contradicts --when-busy drop, which has no queue; leave one out");
  if (due) return {};
  if (o.rate > 0) return refuse("--rate");
  if (o.find_rate) return refuse("--find-rate");
  if (drops) return refuse("--when-busy drop");
  if (o.queue_limit > 0) return refuse("--queue-limit");
  if (!o.deadline.empty()) return refuse("--deadline");
  return {};
}

Result<void> check_streams(ScenarioKind kind, int streams) {
  if (kind != ScenarioKind::single || streams == 1) return {};
  return fail(fmt::format(
      "--streams {} is nothing that --scenario single has: it is one at a time; leave one out",
      streams));
}

Result<void> check_rate(const BenchOptions& o, ScenarioKind kind) {
  constexpr double kLowest = 1e-4, kHighest = 1e9;
  if (o.rate <= 0 && !o.find_rate)
    return fail(fmt::format("--scenario {} needs --rate, in inferences a second", name(kind)));
  if (o.rate > 0 && (o.rate < kLowest || o.rate > kHighest))
    return fail(
        fmt::format("--rate {} is not from {} to {:.0f} a second", o.rate, kLowest, kHighest));
  return {};
}

Result<void> check_count(const BenchOptions& o, ScenarioKind kind) {
  const bool offline = kind == ScenarioKind::offline;
  if (o.offline_count > 0 && !offline)
    return fail("--count needs --scenario offline; elsewhere --min-count and --max-count decide");
  if (o.offline_count == 0 && offline)
    return fail("--scenario offline needs --count: how many inferences are there at once");
  return {};
}

Result<std::optional<Nanoseconds>> deadline_of(const BenchOptions& o) {
  if (o.deadline.empty()) return std::nullopt;
  Nanoseconds deadline{};
  if (auto read = read_duration("--deadline", o.deadline, deadline); !read)
    return tl::make_unexpected(read.error());
  if (deadline <= Nanoseconds{0}) return fail("--deadline must be more than nothing");
  return deadline;
}

Result<Scenario> scenario_of(const BenchOptions& o) {
  Scenario scenario;
  const auto streams = whole("--streams", o.streams, 1, 256);
  if (!streams) return tl::make_unexpected(streams.error());
  const auto kind = kind_of(o, *streams);
  const bool due = kind == ScenarioKind::rate || kind == ScenarioKind::poisson;
  scenario.kind = kind;
  scenario.in_flight = *streams;
  scenario.per_second = o.rate;
  auto good = check_due_options(o, kind, due);
  if (good) good = check_streams(kind, *streams);
  if (good && due) good = check_rate(o, kind);
  if (good) good = check_count(o, kind);
  if (!good) return tl::make_unexpected(good.error());
  scenario.when_busy = o.when_busy == "drop" ? WhenBusy::drop : WhenBusy::queue;
  scenario.queue_limit = o.queue_limit;
  scenario.seed = o.seed;
  scenario.offline_count = o.offline_count;
  const auto deadline = deadline_of(o);
  if (!deadline) return tl::make_unexpected(deadline.error());
  scenario.deadline = *deadline;
  return scenario;
}

Result<void> read_durations(const BenchOptions& o, BenchSpec& bench) {
  struct Typed {
    const char* option;
    const std::string& text;
    Nanoseconds& target;
  };
  for (const auto& [option, text, target] :
       {Typed{"--min-time", o.min_time, bench.stop.min_time},
        Typed{"--max-time", o.max_time, bench.stop.max_time},
        Typed{"--warmup-time", o.warmup_time, bench.warm_up.min_time},
        Typed{"--trial-time", o.trial_time, bench.trial_time},
        Typed{"--search-time", o.search_time, bench.search_time},
        Typed{"--hold-after-load", o.hold, bench.hold}})
    if (auto read = read_duration(option, text, target); !read) return read;
  return {};
}

Result<void> read_stop_rules(const BenchOptions& o, BenchSpec& bench) {
  if (auto read = read_durations(o, bench); !read) return read;
  bench.stop.min_count = o.min_count;
  bench.stop.max_count = o.max_count;
  bench.warm_up.min_count = o.warmup;
  if (bench.stop.max_time <= Nanoseconds{0}) return fail("--max-time must be more than nothing");
  if (bench.stop.max_time < bench.stop.min_time)
    return fail(fmt::format("--max-time {} is less than --min-time {}", o.max_time, o.min_time));
  if (o.max_count < o.min_count)
    return fail(
        fmt::format("--max-count {} is less than --min-count {}", o.max_count, o.min_count));
  if (o.precision.empty()) return {};
  const auto percent = parse_percent(o.precision);
  if (!percent) return fail("--precision: " + percent.error().what);
  if (*percent <= 0) return fail("--precision must be more than nothing");
  bench.stop.median_within_percent = *percent;
  return {};
}

Result<double> slowdown_of(const BenchOptions& o) {
  if (o.inject_slowdown.empty()) return 0.0;
  constexpr double kMostPercent = 1000;
  const auto percent = parse_percent(o.inject_slowdown);
  if (!percent) return fail("--inject-slowdown: " + percent.error().what);
  if (*percent < 0 || *percent > kMostPercent)
    return fail(fmt::format("--inject-slowdown {} is not from 0 to {:.0f} percent",
                            in_quotes(o.inject_slowdown), kMostPercent));
  return *percent / 100;
}

// What the search for a rate is to hold, and that nothing is said of one that is not made.
Result<void> read_search(const BenchOptions& o, BenchSpec& bench) {
  const BenchOptions untouched;
  if (!o.find_rate) {
    if (!o.bounds.empty()) return fail("--bound needs --find-rate");
    if (o.trial_time != untouched.trial_time) return fail("--trial-time needs --find-rate");
    if (o.search_time != untouched.search_time) return fail("--search-time needs --find-rate");
    return {};
  }
  if (bench.trial_time <= Nanoseconds{0}) return fail("--trial-time must be more than nothing");
  const auto bound = parse_bounds(o.bounds);
  if (!bound) return tl::make_unexpected(bound.error());
  bench.find_rate = *bound;
  return {};
}

Result<std::optional<TurnSeat>> turns_of(const BenchOptions& o, const BenchSpec& bench) {
  if (o.turns.empty()) return std::nullopt;
  const auto colon = o.turns.find(':');
  const auto who = colon == std::string::npos ? "" : o.turns.substr(colon + 1);
  const auto descriptor = whole("--take-turns", o.turns.substr(0, colon), 0, 1 << 20);
  if (!descriptor || (who != "first" && who != "second"))
    return fail(
        fmt::format("--take-turns {} is not a descriptor and `first` or `second`, as 104:first",
                    in_quotes(o.turns)));
  if (!may_take_turns(bench)) return fail("--take-turns needs --scenario single and no --ladder");
  return TurnSeat{*descriptor, who == "first"};
}

Result<BenchSpec> bench_of(const BenchOptions& o) {
  BenchSpec bench;
  auto scenario = scenario_of(o);
  if (!scenario) return tl::make_unexpected(scenario.error());
  bench.scenario = *scenario;
  if (auto read = read_stop_rules(o, bench); !read) return tl::make_unexpected(read.error());
  if (auto read = read_search(o, bench); !read) return tl::make_unexpected(read.error());
  auto wishes = parse_shape_wishes(o.shapes);
  if (!wishes) return tl::make_unexpected(wishes.error());
  bench.shapes.wishes = std::move(*wishes);
  const auto batch = whole("--batch", o.batch, 1, 65536);
  if (!batch) return tl::make_unexpected(batch.error());
  bench.shapes.batch = *batch;
  auto fills = parse_fills(o.inputs);
  if (!fills) return tl::make_unexpected(fills.error());
  bench.fills = std::move(*fills);
  bench.seed = o.seed;
  bench.copies = o.copies;
  const auto slowdown = slowdown_of(o);
  if (!slowdown) return tl::make_unexpected(slowdown.error());
  bench.slowdown = *slowdown;
  bench.ladder = o.ladder;
  bench.profile_runs = o.layers;
  const auto turns = turns_of(o, bench);
  if (!turns) return tl::make_unexpected(turns.error());
  bench.turns = *turns;
  if (!o.dump_outputs.empty()) bench.dump_outputs = std::filesystem::absolute(o.dump_outputs);
  return bench;
}

Result<SlotSpec> slot_of(const BenchOptions& o) {
  SlotSpec slot;
  slot.name = "model";
  slot.model = o.models.front();
  slot.backend = o.backend;
  const auto names = backend_names();
  if (std::ranges::find(names, o.backend) == names.end())
    return fail(fmt::format("there is no backend {}; there are {}", in_quotes(o.backend),
                            fmt::join(names, ", ")));
  auto load = load_options(o.runtime);
  if (!load) return tl::make_unexpected(load.error());
  slot.load = std::move(*load);
  const auto threads = whole("--threads", o.threads, 0, kMostThreads);
  if (!threads) return tl::make_unexpected(threads.error());
  slot.load.threads = *threads;
  slot.source = o.source;
  slot.pipeline.head = o.head;
  slot.pipeline.image_size = o.image_size;
  auto bench = bench_of(o);
  if (!bench) return tl::make_unexpected(bench.error());
  slot.bench = std::move(*bench);
  return slot;
}

}  // namespace

void add_bench_options(CLI::App& app, BenchOptions& options) {
  add_model(app, options);
  add_load(app, options);
  add_stop(app, options);
  add_closer_look(app, options);
  add_memory_options(app, options.memory, 0);
  add_run_options(app, options.run);
}

bool may_take_turns(const BenchSpec& bench) {
  return bench.scenario.kind == ScenarioKind::single && !bench.ladder && !bench.find_rate;
}

Result<double> parse_percent(const std::string& text) {
  const auto* begin = text.data();
  const auto* end = begin + text.size();
  if (end != begin && *(end - 1) == '%') --end;
  double value = 0;
  const auto [rest, error] = std::from_chars(begin, end, value);
  if (error != std::errc{} || rest != end || !std::isfinite(value) || value < 0)
    return fail(fmt::format("{} is not a percentage like 1%", in_quotes(text)));
  return value;
}

namespace {

// 0: there is none of this name. "p99.9" is what people write, "p999" what the record has.
double quantile_named(std::string_view word) {
  for (const auto& known : reported_quantiles())
    if (word == known.name || (word == "p99.9" && known.name == "p999")) return known.q;
  return 0;
}

Result<void> add_drops(const std::string& word, const std::string& value, RateBound& bound) {
  if (bound.drop_percent)
    return fail(fmt::format("--bound {}: there is a bound for drops already; give one", word));
  const auto percent = parse_percent(value);
  if (!percent) return fail(fmt::format("--bound {}: {}", word, percent.error().what));
  if (*percent <= 0)
    return fail(
        fmt::format("--bound {}: that nothing is ever dropped cannot be shown; give a share, "
                    "as drops<0.1%",
                    word));
  if (*percent > 100)
    return fail(fmt::format("--bound {}: no more than 100 % can be dropped", word));
  bound.drop_percent = *percent;
  return {};
}

Result<void> add_latency(const std::string& word, double quantile, const std::string& value,
                         RateBound& bound) {
  if (bound.latency)
    return fail(fmt::format(
        "--bound {}: there is a bound for a latency already; one search holds one", word));
  const auto latency = parse_duration(value);
  if (!latency) return fail(fmt::format("--bound {}: {}", word, latency.error().what));
  if (*latency <= Nanoseconds{0})
    return fail(fmt::format("--bound {}: a latency must be allowed more than nothing", word));
  bound.quantile = quantile;
  bound.latency = *latency;
  return {};
}

Result<void> add_bound(const std::string& word, RateBound& bound) {
  const auto less = word.find('<');
  const auto what = word.substr(0, less);
  const auto value = less == std::string::npos ? "" : word.substr(less + 1);
  if (what == "drops" && !value.empty()) return add_drops(word, value, bound);
  const double quantile = quantile_named(what);
  if (quantile == 0 || value.empty())
    return fail(
        fmt::format("--bound {} is neither like p99<33ms (p50, p90, p95, p99, p99.9) nor "
                    "like drops<5%",
                    in_quotes(word)));
  return add_latency(word, quantile, value, bound);
}

}  // namespace

Result<RateBound> parse_bounds(const std::vector<std::string>& words) {
  RateBound bound;
  for (const auto& word : words)
    if (auto added = add_bound(word, bound); !added) return tl::make_unexpected(added.error());
  constexpr double kDropsOfACamera = 5;  // percent; ros2_benchmark's (facts: peers.md 5.2)
  if (words.empty()) bound.drop_percent = kDropsOfACamera;
  return bound;
}

Result<RunSpec> run_spec(const BenchOptions& options) {
  if (options.models.empty()) return fail("no model was given: jetmeter bench MODEL");
  auto slot = slot_of(options);
  if (!slot) return tl::make_unexpected(slot.error());
  RunSpec spec;
  // Waiting in a queue that never overflows, drops do not happen: such a bound asks for dropping.
  if (slot->bench->find_rate && slot->bench->find_rate->drop_percent &&
      slot->bench->scenario.queue_limit == 0)
    slot->bench->scenario.when_busy = WhenBusy::drop;
  // Late is what the bound calls late, not what would not be ready before the next arrives.
  if (slot->bench->find_rate && !slot->bench->scenario.deadline)
    slot->bench->scenario.deadline = slot->bench->find_rate->latency;
  spec.slots = {std::move(*slot)};
  auto memory = memory_policy(options.memory, 0);
  if (!memory) return tl::make_unexpected(memory.error());
  spec.memory = *memory;
  if (auto applied = apply(options.run, spec); !applied)
    return tl::make_unexpected(applied.error());
  return spec;
}

}  // namespace jetmeter
