#include <algorithm>
#include <memory>

#include "cli/bench_command.h"
#include "cli/config_file.h"
#include "cli/dump_place.h"

namespace jetmeter {
namespace {

// Whether --dump-outputs is a word of the run that is repeated.
Result<bool> is_repeated_dump(const BenchCommand& state) {
  const auto& file = state.options.dump_outputs;
  if (file.empty() || state.show.from.empty()) return false;
  const auto words = arguments_from_record(state.show.from, "bench");
  if (!words) return tl::make_unexpected(words.error());
  return std::ranges::find(*words, "--dump-outputs=" + file) != words->end();
}

Result<void> place_dump(const BenchCommand& state, RunSpec& spec) {
  const auto repeated = is_repeated_dump(state);
  if (!repeated) return tl::make_unexpected(repeated.error());
  if (!*repeated) return check_dump_place(state.options.dump_outputs, spec.out);
  spec.slots.front().bench->dump_outputs = dump_of_repetition(state.options.dump_outputs);
  return {};
}

Result<ExitCode> one(const BenchCommand& state, const CLI::App& app, const Invocation& invocation) {
  auto spec = run_spec(state.options);
  if (!spec) return tl::make_unexpected(spec.error());
  if (auto placed = place_dump(state, *spec); !placed) return tl::make_unexpected(placed.error());
  spec->config = option_values(app);
  auto show = state.show;
  show.strict_memory = state.options.memory.strict;
  return run_command(std::move(*spec), invocation, show);
}

Result<ExitCode> bench(const BenchCommand& state, const CLI::App& app,
                       const Invocation& invocation) {
  if (auto there = check_host_root(state.show.host_root); !there)
    return tl::make_unexpected(there.error());
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
  const auto state = std::make_shared<BenchCommand>();
  add_bench_command(app, *state);
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
