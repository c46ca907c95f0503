#include "cli/bench_command.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "cli/arguments.h"
#include "cli/config_file.h"
#include "cli/history_option.h"

namespace jetmeter {

void add_bench_command(CLI::App& app, BenchCommand& command) {
  add_bench_options(app, command.options);
  add_bench_sweep_options(app, command.sweep);
  app.add_option("--config", command.config, "TOML file with options; those typed here win")
      ->group("Run");
  app.add_option("--from", command.show.from,
                 "run directory or report.json of a bench that is to be run again")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast)
      ->group("Run");
  app.add_flag("--dump-config", command.dump_config, "print the options in force as TOML and stop")
      ->group("Run");
  add_history_option(app, command.show.history);
  // For rehearsals and tests: the workers are real, the sensors are those of a recorded machine.
  app.add_option("--host-root", command.show.host_root, "read the sensors of a recorded machine")
      ->group("");
  app.add_option("--format", command.show.format, "what goes to standard output")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str()
      ->group("Output");
}

namespace {

// As `words` ask for it; absent: they cannot be parsed, or are no bench.
std::optional<BenchCommand> parsed(const std::vector<std::string>& words) {
  if (words.empty() || words.front() != "bench") return std::nullopt;
  CLI::App program;
  auto* app = program.add_subcommand("bench");
  app->allow_extras();  // --quiet and the like are the program's
  BenchCommand command;
  add_bench_command(*app, command);
  auto expanded = with_config_files(with_dashes(words), program);
  if (!expanded) return std::nullopt;
  try {
    std::ranges::reverse(*expanded);
    program.parse(std::move(*expanded));
  } catch (const CLI::ParseError&) {
    return std::nullopt;
  }
  return command;
}

}  // namespace

bool is_sweep(const std::vector<std::string>& words) {
  const auto command = parsed(words);
  if (!command) return false;
  const auto axes = sweep_axes(command->options, command->sweep);
  return axes && !axes->empty();
}

bool is_measured_in_turn(const std::vector<std::string>& words) {
  const auto command = parsed(words);
  if (!command || command->dump_config || command->sweep.dry_run) return false;
  const auto axes = sweep_axes(command->options, command->sweep);
  if (!axes || !axes->empty()) return false;
  const auto spec = run_spec(command->options);
  return spec && may_take_turns(*spec->slots.front().bench);
}

}  // namespace jetmeter
