#include "cli/bench_sweep.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <thread>

#include "cli/dump_place.h"
#include "cli/interrupts.h"
#include "cli/sweep_row.h"
#include "cli/whole_file.h"
#include "jetmeter/telemetry.h"
#include "jetmeter/thermal_zones.h"

namespace jetmeter {
namespace {

// An option that is given several times at once is one value of the plan, a line for each.
constexpr char kBetweenRepeated = '\n';
bool is_repeated(const std::string& value) {
  return value.find(kBetweenRepeated) != std::string::npos;
}

// What stays the same belongs into the plan too: a sweep is resumed only as it was begun.
std::vector<SweepAxis> whole_plan(const BenchSweep& bench, std::vector<SweepAxis> axes) {
  const auto varies = [&](const std::string& option) {
    return std::ranges::any_of(axes, [&](const SweepAxis& axis) {
      return axis.option == option || (axis.option.empty() && option == "model");
    });
  };
  CLI::App app;
  BenchOptions known;
  add_bench_options(app, known);
  std::vector<SweepAxis> all = axes;
  std::map<std::string, std::vector<std::string>> repeated;
  for (const auto& [option, value] : bench.values)
    if (!varies(option) && app.get_option_no_throw("--" + option))
      repeated[option].push_back(value);
  for (const auto& [option, values] : repeated)
    all.push_back(
        {option, {fmt::format("{}", fmt::join(values, std::string(1, kBetweenRepeated)))}});
  return all;
}

// The options of one step as if they had been typed alone.
struct StepRequest {
  RunSpec spec;
  bool strict_memory = false;
};
Result<StepRequest> request_of(const BenchSweep& bench, const SweepStep& step) {
  const auto varies = [&](const std::string& option) {
    return std::ranges::any_of(step.values, [&](const auto& value) {
      const bool same = value.first == option || (value.first.empty() && option == "model");
      return same && !is_repeated(value.second);
    });
  };
  CLI::App app;
  BenchOptions options;
  add_bench_options(app, options);
  std::vector<std::string> words;
  const auto add_word = [&](const std::string& option, const std::string& value) {
    words.push_back(fmt::format("--{}={}", option.empty() ? "model" : option, value));
  };
  for (const auto& [option, value] : bench.values)
    if (!varies(option) && app.get_option_no_throw("--" + option)) add_word(option, value);
  for (const auto& [option, value] : step.values)
    if (!is_repeated(value)) add_word(option, value);
  std::ranges::reverse(words);
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    return fail(error.what());
  }
  auto spec = run_spec(options);
  if (!spec) return tl::make_unexpected(spec.error());
  spec->config = option_values(app);
  return StepRequest{std::move(*spec), options.memory.strict};
}

Result<void> check_dumps(const BenchSweep& bench, const SweepRequest& request) {
  const auto& typed = bench.options.dump_outputs;
  if (request.axes.empty() && request.options.repeats <= 1)
    return check_dump_place(typed, bench.options.run.out);
  if (auto good = check_dump_name(typed); !good) return good;
  for (const auto& axis : request.axes) {
    if (axis.option != "dump-outputs") continue;
    for (const auto& value : axis.values)
      if (auto good = check_dump_name(value); !good) return good;
  }
  return {};
}

// What no step could do costs the sweep; where the limit or what acts on it varies, each its own.
Result<void> check_limit(const BenchSweep& bench, const SweepRequest& request) {
  constexpr std::array<std::string_view, 4> kOfTheLimit{"memory-limit", "gpu-mem-limit",
                                                        "strict-memory", "on-over-budget"};
  const bool varies = std::ranges::any_of(request.axes, [&](const SweepAxis& axis) {
    return std::ranges::find(kOfTheLimit, axis.option) != kOfTheLimit.end();
  });
  return varies ? Result<void>() : check_limit_is_there(bench.options.memory);
}

void dump_into_run_folder(RunSpec& spec) {
  auto& dump = spec.slots.front().bench->dump_outputs;
  if (!dump.empty()) dump = std::filesystem::absolute(spec.out) / dump.filename();
}

std::string_view zone_of(std::string_view channel) {
  return channel.substr(channel.find('.') + 1);
}

// A zone that tells one number for ever would be waited for until the pause gives up.
std::optional<double> hottest(const Host& host) {
  std::optional<double> highest;
  for (const auto* kind : source_kinds()) {
    if (kind->name != "thermal") continue;
    const auto source = kind->open(host);
    if (!source) continue;
    const auto channels = (*source)->channels();
    std::vector<std::optional<double>> values(channels.size());
    (*source)->read(values);
    for (std::size_t i = 0; i < values.size(); ++i)
      if (values[i] && !is_constant_zone(zone_of(channels[i].name)))
        highest = std::max(highest.value_or(*values[i]), *values[i]);
  }
  return highest;
}

// One sweep from its plan to its table.
class Sweeper {
 public:
  Sweeper(const BenchSweep& bench, const Invocation& invocation, SweepRequest request,
          std::vector<SweepStep> steps)
      : bench_(bench),
        invocation_(invocation),
        request_(std::move(request)),
        steps_(std::move(steps)),
        root_(bench.options.run.out.empty() ? fresh_directory()
                                            : std::filesystem::path(bench.options.run.out)) {}

  Result<ExitCode> operator()() {
    std::error_code error;
    std::filesystem::create_directories(root_, error);
    if (error)
      return fail(fmt::format("the folder {} cannot be made: {}", in_quotes(root_.string()),
                              error.message()));
    auto journal = JournalWriter::open(root_ / "sweep.jsonl", steps_, bench_.sweep.resume);
    if (!journal) return tl::make_unexpected(journal.error());
    const InterruptGuard guard;
    const auto outcome = run_sweep(steps_, *journal, world());
    if (!outcome) return tl::make_unexpected(outcome.error());
    return show(*outcome);
  }

 private:
  SweepWorld world() {
    SweepWorld world;
    world.run = [this](const SweepStep& step) { return run(step); };
    world.interrupted = [] { return interrupts() > 0; };
    world.is_kept = [this](const StepResult& result) { return is_kept(result); };
    world.warn = [this](const Error& error) { terminal().error(error.what); };
    world.starting = [this](const SweepStep& step, std::size_t number, std::size_t of) {
      terminal().note(fmt::format("--- {} of {}: {}", number, of, step.id));
    };
    if (request_.cool_down) world.pause = [this] { cool(); };
    return world;
  }

  // What was measured is in the report; a line of the journal alone has no numbers.
  bool is_kept(const StepResult& result) {
    if (record_of(result)) return true;
    terminal().note(fmt::format("--- {}: its report in {} is gone or cannot be read; it runs again",
                                result.id, in_quotes((root_ / result.out).string())));
    return false;
  }

  std::optional<Record> record_of(const StepResult& result) const {
    const auto text = read_document(root_ / result.out / "report.json");
    if (!text) return std::nullopt;
    auto record = record_from_json(*text);
    return record ? std::optional(std::move(*record)) : std::nullopt;
  }

  void cool() {
    cool_down(*request_.cool_down,
              {.hottest_celsius = [this] { return hottest({bench_.show.host_root}); },
               .sleep = [](Nanoseconds time) { std::this_thread::sleep_for(time); },
               .tell = [this](std::string_view text) { terminal().note(text); },
               .clock = &system_clock(),
               .interrupted = [] { return interrupts() > 0; }});
  }

  StepResult run(const SweepStep& step) {
    StepResult result;
    const auto began = system_clock().monotonic();
    auto request = request_of(bench_, step);
    if (!request) return refused(result, step, request.error());
    request->spec.out = fresh_step_folder(root_ / "steps", step);
    dump_into_run_folder(request->spec);
    result.out = std::filesystem::relative(request->spec.out, root_);
    auto show = bench_.show;
    show.format = "none";
    show.strict_memory = request->strict_memory;
    std::optional<Record> record;
    show.finished = [&](const RunOutcome& outcome) { record = outcome.record; };
    const auto code = run_command(std::move(request->spec), invocation_, show);
    if (!code) return refused(result, step, code.error());
    rows_.insert_or_assign(step.id, sweep_row(shown(step), record ? &*record : nullptr));
    const auto& row = rows_.at(step.id);
    result.exit_code = static_cast<int>(*code);
    result.status = *code == ExitCode::interrupted ? "interrupted" : row.status;
    result.reason = row.reason;
    result.seconds = std::chrono::duration<double>(system_clock().monotonic() - began).count();
    tell(row);
    return result;
  }

  StepResult refused(StepResult result, const SweepStep& step, const Error& error) {
    result.status = "failed";
    result.reason = error.what;
    result.exit_code = static_cast<int>(ExitCode::wrong_request);
    rows_.insert_or_assign(step.id,
                           SweepRow{shown(step), "failed", error.what, {}, {}, {}, {}, {}});
    terminal().error(fmt::format("{}: {}", step.id, error.what));
    return result;
  }

  // The result of each step as soon as there is one.
  void tell(const SweepRow& row) {
    std::string text = row.status;
    if (row.latency_p50_ms) text += fmt::format(" · p50 {:.4g} ms", *row.latency_p50_ms);
    if (row.latency_p99_ms) text += fmt::format(" · p99 {:.4g} ms", *row.latency_p99_ms);
    if (row.throughput_fps) text += fmt::format(" · {:.4g} fps", *row.throughput_fps);
    if (row.peak_bytes) text += " · peak " + format_bytes(*row.peak_bytes);
    terminal().note(fmt::format("--- {}: {}", row.step.id, text));
  }

  // In tables a step is what varies; what stays the same is in every report's configuration.
  SweepStep shown(SweepStep step) const {
    std::erase_if(step.values, [this](const auto& value) {
      return std::ranges::none_of(
          request_.axes, [&](const SweepAxis& axis) { return axis.option == value.first; });
    });
    return step;
  }

  // Steps of earlier calls are read from their own reports.
  SweepRow row_of_result(const StepResult& result) {
    if (const auto own = rows_.find(result.id); own != rows_.end()) return own->second;
    const auto step = std::ranges::find(steps_, result.id, &SweepStep::id);
    const auto known = step != steps_.end() ? shown(*step) : SweepStep{};
    const auto record = record_of(result);
    auto row = sweep_row(known, record ? &*record : nullptr);
    row.status = result.status;
    row.reason = result.reason;
    return row;
  }

  Result<ExitCode> show(const SweepOutcome& outcome) {
    std::vector<SweepRow> rows;
    for (const auto& result : outcome.results) rows.push_back(row_of_result(result));
    const auto metric = parse_sweep_metric(bench_.sweep.rank);
    SweepRenderOptions options{metric ? std::optional(*metric) : std::nullopt, false};
    const bool whole = write_tables(rows, options) && !outcome.journal;
    options.color = terminal().color_on_stdout();
    const bool json = bench_.show.format == "json";
    terminal().print(render_sweep(rows, json ? SweepFormat::json : SweepFormat::text, options));
    terminal().note(fmt::format("sweep: {}", (root_ / "sweep.md").string()));
    if (outcome.interrupted) return ExitCode::interrupted;
    const auto code = exit_of(outcome.results);
    return code == ExitCode::done && !whole ? ExitCode::slot_failed : code;
  }

  // Whether all are whole; if not, that was told.
  bool write_tables(const std::vector<SweepRow>& rows, const SweepRenderOptions& options) {
    bool whole = true;
    for (const auto& [file, format] :
         {std::pair{"sweep.md", SweepFormat::markdown}, std::pair{"sweep.csv", SweepFormat::csv},
          std::pair{"sweep.json", SweepFormat::json}}) {
      const auto written = write_whole(root_ / file, render_sweep(rows, format, options));
      if (written) continue;
      terminal().error(written.error().what);
      whole = false;
    }
    return whole;
  }

  static ExitCode exit_of(const std::vector<StepResult>& results) {
    const auto with = [&](ExitCode code) {
      return std::ranges::any_of(
          results, [&](const StepResult& r) { return r.exit_code == static_cast<int>(code); });
    };
    const auto completed = std::ranges::count_if(results, &StepResult::completed);
    if (completed == 0) return ExitCode::nothing_measured;
    if (with(ExitCode::gate_failed)) return ExitCode::gate_failed;
    const bool whole = completed == std::ssize(results) && !with(ExitCode::slot_failed);
    return whole ? ExitCode::done : ExitCode::slot_failed;
  }

  Terminal& terminal() { return *invocation_.terminal; }

  const BenchSweep& bench_;
  const Invocation& invocation_;
  SweepRequest request_;
  std::vector<SweepStep> steps_;
  std::filesystem::path root_;
  std::map<std::string, SweepRow> rows_;
};

// Empty: the step can be tried.
std::string why_wrong(const BenchSweep& bench, const SweepStep& step) {
  const auto request = request_of(bench, step);
  if (!request) return request.error().what;
  const auto& model = request->spec.slots.front().model;
  std::error_code error;
  if (std::filesystem::is_regular_file(model, error)) return "";
  return fmt::format("there is no model file {}", in_quotes(model.string()));
}

// Of the options that vary, or of the others.
std::string values_in_words(const SweepStep& step, const std::vector<SweepAxis>& axes,
                            bool varying) {
  std::string text;
  for (const auto& [option, value] : step.values) {
    const bool varies = std::ranges::find(axes, option, &SweepAxis::option) != axes.end();
    if (varies != varying) continue;
    auto shown = value;
    std::ranges::replace(shown, kBetweenRepeated, ',');
    text += fmt::format("  {}={}", option.empty() ? "model" : option, shown);
  }
  return text;
}

struct SweepPlan {
  std::string text;
  bool is_right = true;
};

// Every step is checked before the first one is run.
SweepPlan plan_of(const BenchSweep& bench, const std::vector<SweepAxis>& axes,
                  const std::vector<SweepStep>& steps) {
  SweepPlan plan{
      fmt::format("{} step{}, in this order:\n", steps.size(), steps.size() == 1 ? "" : "s")};
  for (const auto& step : steps) {
    const auto wrong = why_wrong(bench, step);
    plan.is_right = plan.is_right && wrong.empty();
    plan.text += fmt::format("  {}{}{}\n", step.id, values_in_words(step, axes, true),
                             wrong.empty() ? "" : "  WRONG: " + wrong);
  }
  plan.text +=
      fmt::format("the same in every step:\n{}\n", values_in_words(steps.front(), axes, false));
  return plan;
}

}  // namespace

Result<ExitCode> bench_sweep(const BenchSweep& bench, const Invocation& invocation) {
  auto request = read_sweep_request(bench.options, bench.sweep);
  if (!request) return tl::make_unexpected(request.error());
  if (bench.sweep.resume && bench.options.run.out.empty())
    return fail("--resume needs --out, the folder of the sweep that is to go on");
  if (auto good = check_dumps(bench, *request); !good) return tl::make_unexpected(good.error());
  if (auto good = check_limit(bench, *request); !good) return tl::make_unexpected(good.error());
  auto steps = plan_sweep(whole_plan(bench, request->axes), request->options);
  if (!steps) return tl::make_unexpected(steps.error());
  if (bench.sweep.dry_run) {
    const auto plan = plan_of(bench, request->axes, *steps);
    invocation.terminal->print(plan.text);
    return plan.is_right ? ExitCode::done : ExitCode::wrong_request;
  }
  return Sweeper(bench, invocation, std::move(*request), std::move(*steps))();
}

}  // namespace jetmeter
