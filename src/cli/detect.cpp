#include <memory>

#include "cli/detect_request.h"
#include "cli/history_option.h"
#include "cli/run_command.h"

namespace jetmeter {
namespace {

struct State {
  DetectOptions options;
  RunCommandOptions show;
  bool dump_config = false;
  std::string config;  // read before CLI11 sees the arguments; here for --help
};

Result<ExitCode> detect(const State& state, const CLI::App& app, const Invocation& invocation) {
  if (auto there = check_host_root(state.show.host_root); !there)
    return tl::make_unexpected(there.error());
  auto spec = run_spec(state.options);
  if (!spec) return tl::make_unexpected(spec.error());
  spec->config = option_values(app);
  if (state.dump_config) {
    invocation.terminal->print(to_toml(spec->config, app));
    return ExitCode::done;
  }
  auto show = state.show;
  show.strict_memory = state.options.memory.strict;
  return run_command(std::move(*spec), invocation, show);
}

Action define(CLI::App& app, const Invocation& invocation) {
  const auto state = std::make_shared<State>();
  add_detect_options(app, state->options);
  app.add_option("--config", state->config, "TOML file with options; those typed here win")
      ->group("Run");
  app.add_option("--from", state->show.from,
                 "run directory or report.json of a detect that is to be run again")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
      ->group("Run");
  app.add_flag("--dump-config", state->dump_config, "print the options in force as TOML and stop")
      ->group("Run");
  add_history_option(app, state->show.history);
  // For rehearsals and tests: the workers are real, the sensors are those of a recorded machine.
  app.add_option("--host-root", state->show.host_root, "read the sensors of a recorded machine")
      ->group("");
  app.add_option("--format", state->show.format, "what goes to standard output")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str()
      ->group("Output");
  app.footer(
      "Examples:\n"
      "  jetmeter detect --model0 yolo11n.onnx --source street.mp4\n"
      "  jetmeter detect --model0 yolo11n.onnx --source images/ --ground-truth labels/ --conf "
      "0.05\n"
      "  jetmeter detect --model0 rgb.onnx --model1 thermal.onnx \\\n"
      "      --rgb-source rgb.mp4 --thermal-source video=thermal.mp4 --schedule alternate\n"
      "Exit codes: 0 done, 1 wrong request, 2 a slot failed,\n"
      "  3 --strict-memory failed, 4 nothing measured, 130 interrupted");
  return [state, &app, invocation] { return detect(*state, app, invocation); };
}

}  // namespace

extern const Subcommand detect_subcommand{
    "detect", "measures one or two detectors on one or two streams", define};

}  // namespace jetmeter
