#include <memory>

#include "cli/bench_request.h"
#include "cli/bench_sweep.h"
#include "cli/dump_place.h"
#include "cli/history_option.h"
#include "cli/run_command.h"

namespace jetmeter {
namespace {

struct State {
  BenchOptions options;
  BenchSweepOptions sweep;
  RunCommandOptions show;
  bool dump_config = false;
  std::string config;  // read before CLI11 sees the arguments; here for --help
};

Result<ExitCode> one(const State& state, const CLI::App& app, const Invocation& invocation) {
  auto spec = run_spec(state.options);
  if (!spec) return tl::make_unexpected(spec.error());
  const auto dump = check_dump_place(state.options.dump_outputs, spec->out);
  if (!dump) return tl::make_unexpected(dump.error());
  spec->config = option_values(app);
  auto show = state.show;
  show.strict_memory = state.options.memory.strict;
  return run_command(std::move(*spec), invocation, show);
}

Result<ExitCode> bench(const State& state, const CLI::App& app, const Invocation& invocation) {
  if (state.dump_config) {
    invocation.terminal->print(to_toml(option_values(app), app));
    return ExitCode::done;
  }
  const auto axes = sweep_axes(state.options, state.sweep);
  if (!axes) return tl::make_unexpected(axes.error());
  if (axes->empty())
    if (auto alone = check_alone(state.sweep); !alone) return tl::make_unexpected(alone.error());
  if (axes->empty() && !state.sweep.dry_run) return one(state, app, invocation);
  return bench_sweep({state.options, state.sweep, state.show, option_values(app)}, invocation);
}

Action define(CLI::App& app, const Invocation& invocation) {
  const auto state = std::make_shared<State>();
  add_bench_options(app, state->options);
  add_bench_sweep_options(app, state->sweep);
  app.add_option("--config", state->config, "TOML file with options; those typed here win")
      ->group("Run");
  app.add_option("--from", state->show.from, "report.json of a bench that is to be run again")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
      ->group("Run");
  app.add_flag("--dump-config", state->dump_config, "print the options in force as TOML and stop")
      ->group("Run");
  add_history_option(app, state->show.history);
  // For rehearsals and tests: the workers are real, the sensors are those of a recorded machine.
  app.add_option("--host-root", state->show.host_root, "read the sensors of a recorded machine")
      ->check(CLI::ExistingDirectory)
      ->group("");
  app.add_option("--format", state->show.format, "what goes to standard output")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str()
      ->group("Output");
  app.footer(
      "Examples:\n"
      "  jetmeter bench model.onnx\n"
      "  jetmeter bench model.onnx --shape images=1x3x640x640 --precision 1%\n"
      "  jetmeter bench model.onnx --scenario rate --rate 30 --when-busy drop\n"
      "  jetmeter bench model.onnx --find-rate --bound 'p99<33ms'\n"
      "  jetmeter bench model.onnx --ladder --source street.mp4\n"
      "  jetmeter bench a.onnx b.onnx --threads 1,2,4 --cool-down 45C --out sweep\n"
      "Exit codes: 0 done, 1 wrong request, 2 a model failed,\n"
      "  3 --strict-memory failed, 4 nothing measured, 130 interrupted");
  return [state, &app, invocation] { return bench(*state, app, invocation); };
}

}  // namespace

extern const Subcommand bench_subcommand{
    "bench", "measures any model under load: latency, throughput, and how far to believe them",
    define};

}  // namespace jetmeter
